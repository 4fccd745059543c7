/* The pieces that several of the case pages show. */

import { signInAgain } from "../core/signin.js";
import { agoWords, button, config, el, emptyState, errorState, icon, statusChip } from "../core/ui.js";
import { isLetter, momentWords, promiseWords, withPhones } from "./words.js";

const LONG = 140;

/** The page of one report. */
export const casePath = (number) => `${config.cases}${encodeURIComponent(number)}`;

/** Return the paths of a photo link: the page is on the same host, whatever the server calls itself. */
export function local(url) {
  if (!url) {
    return null;
  }
  const parsed = new URL(url, window.location.href);
  return parsed.pathname.startsWith("/media/") ? parsed.pathname + parsed.search : url;
}

/** Status and kind of a report, in words on a colour. */
export function badges(report) {
  return el(
    "p",
    { class: "case-badges" },
    statusChip(report.status),
    isLetter(report) ? el("span", { class: "chip chip-plain", text: report.kind.label }) : null,
    report.anonymous ? el("span", { class: "chip chip-plain", text: "匿名" }) : null,
  );
}

/** The promised date, with what became of it; null when nothing is promised any more. */
export function promise(report, { now = new Date() } = {}) {
  const words = promiseWords(report, now);
  if (!words) {
    return null;
  }
  return el(
    "p",
    { class: `case-promise${words.late ? " case-late" : ""}` },
    icon("clock"),
    el("span", { class: "case-promise-words" }, el("span", { text: words.text }), words.note ? el("strong", { text: words.note }) : null),
  );
}

/** A text with its own line breaks, in which service and phone numbers can be called by a touch. */
export function callable(text, attrs = {}) {
  const pieces = withPhones(text).map((piece) =>
    piece.tel ? el("a", { class: "case-tel", href: `tel:${piece.tel}`, text: piece.text }) : piece.text,
  );
  return el("p", { class: "case-text", ...attrs }, pieces);
}

/** A long text shows its beginning; a button brings the rest, and takes it away again. */
export function longText(text) {
  const body = el("p", { class: "case-text", text });
  if (text.length <= LONG && text.split("\n").length <= 6) {
    return body;
  }
  body.classList.add("case-clamp");
  const more = button("展开全文", {
    kind: "link",
    "aria-expanded": "false",
    dataset: { silent: "" },
    onclick() {
      const open = body.classList.toggle("case-clamp") === false;
      more.setAttribute("aria-expanded", String(open));
      more.querySelector("span").textContent = open ? "收起" : "展开全文";
    },
  });
  return [body, more];
}

// Only WeChat can say again who this is: trying once more does not help, signing in does.
const SIGN_IN = "sign_in_again";

/** What there is to see when nothing could be loaded. */
export function failed(error, retry) {
  return error.code === SIGN_IN
    ? emptyState("登录已过期", "重新登录后，您的上报都还在。", { icon: "user", action: button("重新登录", { kind: "primary", onclick: () => signInAgain() }) })
    : errorState(error, retry);
}

function whyStale(error) {
  if (error.code === SIGN_IN) {
    return "登录已过期，";
  }
  return error.offline ? "" : "暂时更新不了，";
}

/** Say that the page shows a kept copy; `null` while it is fresh. */
export function staleNote({ at, error }, retry) {
  if (!error) {
    return null;
  }
  const again = error.code === SIGN_IN;
  return el(
    "div",
    { class: "case-stale", role: "status" },
    icon("signal-slash"),
    el("span", { text: `${whyStale(error)}这是 ${momentWords(new Date(at).toISOString())} 的内容，只能查看。` }),
    button(again ? "重新登录" : "刷新", { kind: "link", onclick: again ? () => signInAgain() : retry }),
  );
}

/** A report in a list: the whole card is one link. */
export function reportCard(report) {
  const photo = report.photos.find((one) => one.thumbnail_url);
  const asks = { need_info: "请您补充情况", awaiting_rating: "请您评价" }[report.status.code];
  const facts = [report.category && report.category.name, agoWords(report.submitted_at)];
  return el(
    "a",
    { class: "case-card", href: casePath(report.number) },
    el(
      "span",
      { class: "case-card-main" },
      el("span", { class: "case-badges" }, statusChip(report.status), isLetter(report) ? el("span", { class: "chip chip-plain", text: report.kind.label }) : null),
      el("span", { class: "case-card-text", text: report.text }),
      promiseLine(report),
      asks ? el("span", { class: "case-asks" }, icon("hand-raised"), el("span", { text: asks })) : null,
      el("span", { class: "case-facts fine" }, facts.filter(Boolean).join(" · "), el("span", { class: "case-number small-only", text: report.number })),
    ),
    photo ? el("img", { class: "case-thumb", src: local(photo.thumbnail_url), alt: "", loading: "lazy", width: "72", height: "72" }) : null,
  );
}

function promiseLine(report) {
  const words = promiseWords(report);
  if (!words || !report.due_at) {
    return null;
  }
  return el("span", { class: `case-promise${words.late ? " case-late" : ""}` }, el("span", { text: `${words.text}${words.note ? `，${words.note}` : ""}` }));
}

/** Call `again` when the person comes back to the page, but not more often than every few seconds. */
export function onReturn(again, { pause = 5000 } = {}) {
  let last = Date.now();
  const look = () => {
    if (document.visibilityState === "visible" && Date.now() - last > pause) {
      last = Date.now();
      again();
    }
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("focus", look);
  window.addEventListener("online", () => {
    last = Date.now();
    again();
  });
  // Back from the next page: the browser shows this one as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      last = Date.now();
      again();
    }
  });
}
