/* The page of one report: where it stands, by when, what was written, what one can do now. */

import { ready } from "../core/app.js";
import { showBadge } from "../core/badge.js";
import { $, button, config, el, emptyState, fill, icon, linkButton, skeleton, toast } from "../core/ui.js";
import { api } from "../core/api.js";
import { answerForm, actionOf, openAction } from "./actions.js";
import { keep, loadKept } from "./kept.js";
import { badges, callable, failed, longText, onReturn, promise, staleNote } from "./parts.js";
import { comparison, strip } from "./photos.js";
import { placeNodes } from "./place.js";
import { ratingForm, ratings } from "./rating.js";
import { timeline } from "./timeline.js";
import { headline, isLetter, latestLine, momentWords } from "./words.js";

const number = decodeURIComponent(window.location.pathname.startsWith(config.cases) ? window.location.pathname.slice(config.cases.length) : "").trim().toUpperCase();
const state = { report: null, kept: null, drawn: new Map() };
const ORDER = ["reopen", "ask_lead", "supplement", "urge", "withdraw"];

/** Draw a part of the page again only when `key` says that it changed: a form under the finger stays. */
function region(id, key, build) {
  const text = JSON.stringify(key);
  if (state.drawn.get(id) !== text) {
    state.drawn.set(id, text);
    fill($(`#${id}`), build());
  }
}

function draw(report, kept) {
  state.report = report;
  state.kept = kept;
  const asks = askKey(report, kept);
  $("#case").hidden = false;
  fill($("#case-state"));
  region("case-stale", [kept.error ? [kept.at, kept.error.code] : null], () => staleNote(kept, show));
  region("case-danger", report.safety_prompt, () => dangerBlock(report));
  // The minute goes on while the page is open: what is left is said anew each time.
  fill($("#case-head"), head(report));
  region("case-ask", asks, () => askBlock(report, kept));
  region("case-result", [compared(report), report.timeline, report.photos, report.status, report.rejection], () => resultBlock(report));
  region("case-mine", [report.text, report.photos, compared(report), report.category, report.location, report.contact_phone, withdrawalApart(report), Boolean(kept.error)], () => ownWords(report));
  region("case-ratings", report.ratings, () => ratingBlock(report));
  region("case-way", report.timeline, () => timelineBlock(report));
  region("case-bar", [report.allowed_actions, report.status, report.timeline.length, kept.fresh, kept.error && kept.error.code], () => bar(report, kept));
}

function askKey(report, kept) {
  return [report.status.code, report.allowed_actions, report.ratings.length, report.reopen, report.timeline, report.rejection, Boolean(kept.error)];
}

const section = (title, ...content) => el("section", { class: "case-block" }, el("h2", { text: title }), content);

function dangerBlock(report) {
  return report.safety_prompt ? el("section", { class: "case-danger", "aria-label": "安全提示" }, icon("exclamation-triangle"), callable(report.safety_prompt)) : null;
}

function head(report) {
  return [badges(report), el("p", { class: "case-headline", text: headline(report) }), promise(report)];
}

const hooks = () => ({ onDone: settle, onStale: refreshed });

function askBlock(report, kept) {
  const code = report.status.code;
  const may = (action) => report.allowed_actions.includes(action);
  if (code === "rejected") {
    return rejectedBlock(report, kept);
  }
  if (kept.error) {
    return null;
  }
  if (code === "need_info" && may("supplement")) {
    const asked = latestLine(report, "question");
    return section("请您补充", asked ? el("blockquote", { class: "case-quote" }, callable(asked.text)) : null, answerForm(report, hooks()));
  }
  if (code === "awaiting_rating" && may("rate")) {
    return section(isLetter(report) ? "评价这次答复" : "请您评价", ratingForm(report, { ...hooks(), onReopen: () => open("reopen") }));
  }
  return null;
}

function rejectedBlock(report, kept) {
  const told = report.rejection;
  const reply = latestLine(report, "refusal");
  const appeal = report.allowed_actions.includes("reopen") && !kept.error;
  return section(
    "为什么不能受理",
    told ? el("p", { class: "case-reason", text: told.label }) : null,
    told ? callable(told.text) : reply && callable(reply.text),
    told && told.where ? [el("h3", { text: "可以去哪里办" }), callable(told.where)] : null,
    appeal ? button("不同意，我要申诉", { kind: "plain", icon: "arrow-path", onclick: () => open("reopen") }) : appealGone(report),
  );
}

function appealGone(report) {
  return report.reopen && report.reopen.appeal_left === 0 ? el("p", { class: "hint", text: "已经申诉过一次，不能再申诉。" }) : null;
}

/** The line with the result of a case that has come to its end; a reopened one has none yet. */
function resultOf(report) {
  return ["awaiting_rating", "closed"].includes(report.status.code) ? latestLine(report, "result") : null;
}

/** Whether the photos of the report stand beside those of the result. */
function compared(report) {
  const reply = resultOf(report);
  return Boolean(reply) && !isLetter(report) && reply.photos.length > 0;
}

function resultBlock(report) {
  const reply = resultOf(report);
  if (!reply) {
    return null;
  }
  return section(
    isLetter(report) ? "给您的答复" : "办理结果",
    el("p", { class: "fine", text: [reply.department, momentWords(reply.at)].filter(Boolean).join(" · ") }),
    callable(reply.text),
    compared(report) ? comparison(report.photos, reply.photos) : strip(reply.photos, "答复的照片"),
  );
}

function ownWords(report) {
  const rows = [
    ["事项", report.category ? report.category.name : "还没有确定"],
    isLetter(report) && !report.location ? null : ["地点", placeNodes(report, { tiles: config.tiles })],
    ["时间", momentWords(report.submitted_at)],
    ["联系电话", report.contact_phone || (report.anonymous ? "匿名上报，没有留" : "没有留")],
    report.join ? ["一起反映", report.join] : null,
  ];
  return section(
    "我反映的",
    longText(report.text),
    compared(report) ? null : strip(report.photos, "上报照片"),
    el("dl", { class: "case-dl" }, rows.filter(Boolean).map(([name, value]) => [el("dt", { text: name }), el("dd", null, value)]), [el("dt", { text: "编号" }), el("dd", null, el("span", { class: "case-number", text: report.number }), copyButton(report.number))]),
    withdrawalApart(report) && !state.kept.error ? actionButton("withdraw", report) : null,
  );
}

function copyButton(text) {
  return navigator.clipboard
    ? button("复制", {
        kind: "link",
        "aria-label": "复制编号",
        onclick: () => navigator.clipboard.writeText(text).then(() => toast("编号已复制", "good"), () => toast("没有复制成功，请长按编号复制", "bad")),
      })
    : null;
}

function ratingBlock(report) {
  return report.ratings.length ? section("我的评价", ratings(report.ratings)) : null;
}

function timelineBlock(report) {
  return section("办理经过", timeline(report.timeline));
}

function withdrawalApart(report) {
  return report.status.code === "need_info" && report.allowed_actions.includes("withdraw");
}

function bar(report, kept) {
  if (kept.error) {
    return null;
  }
  // What is asked for above has its button there.
  const may = (action) => report.allowed_actions.includes(action);
  const asked = report.status.code === "need_info";
  const codes = ORDER.filter(may)
    .filter((code) => !(asked && code === "supplement"))
    .filter((code) => !(code === "reopen" && (report.status.code === "rejected" || may("rate"))));
  // Alone in the bar it would be the easiest to press; the one who wants it finds it with his own words.
  if (!codes.length || withdrawalApart(report)) {
    return null;
  }
  return el(
    "div",
    { class: "case-bar" },
    codes.map((code) => actionButton(code, report)),
  );
}

function actionButton(code, report) {
  const spec = actionOf(code, report);
  return button(spec.label, { kind: code === "withdraw" ? "link" : "plain", icon: spec.icon, disabled: Boolean(spec.off), onclick: () => open(code), dataset: { action: code } });
}

function open(code) {
  openAction(code, state.report, hooks());
}

function refreshed(report) {
  draw(report, { at: Date.now(), fresh: true, error: null });
}

function settle(report) {
  refreshed(report);
  keep(`report:${number}`, report);
  const top = $("#case-head");
  top.focus({ preventScroll: true });
  window.scrollTo({ top: 0, behavior: "smooth" });
}

async function readMessages() {
  try {
    const left = await api("/inbox/read", { method: "POST", body: { report: number } });
    showBadge(left.more ? 100 : left.count);
  } catch {
    // The mark stays until the message itself is opened.
  }
}

async function show() {
  if (!state.report) {
    fill($("#case-state"), skeleton(6));
  }
  try {
    await loadKept(`/reports/${encodeURIComponent(number)}`, { key: `report:${number}`, show: draw });
    readMessages();
  } catch (error) {
    $("#case").hidden = true;
    fill($("#case-bar"));
    state.drawn.clear();
    const list = linkButton("回到我的上报", config.urls.mine, { kind: "plain" });
    const gone = emptyState("没有找到这件上报", `编号 ${number} 可能不对，也可能不是用这个账号上报的。`, { icon: "question-mark-circle", action: list });
    fill($("#case-state"), error.status === 404 ? gone : [failed(error, show), el("p", { class: "case-center" }, list)]);
  }
}

if (number) {
  ready.then(() => {
    show();
    onReturn(show);
  });
} else {
  window.location.replace(config.urls.mine);
}
