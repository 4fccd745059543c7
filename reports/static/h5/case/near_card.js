/* A published case as anybody may see it: a card in the list, the whole of it in a sheet. */

import { api } from "../core/api.js";
import { button, config, dialog, el, errorState, fill, icon, linkButton, skeleton, statusChip } from "../core/ui.js";
import { callable, local } from "./parts.js";
import { comparison, strip } from "./photos.js";
import { dayWords } from "./words.js";

/** Return “约 300 米” or “约 2.4 公里”; the place itself is rounded, so nothing finer is said. */
export function distanceWords(metres) {
  if (metres < 150) {
    return "就在附近";
  }
  return metres < 1000 ? `约 ${Math.round(metres / 100) * 100} 米` : `约 ${(metres / 1000).toFixed(1)} 公里`;
}

function summaryOf(item) {
  return item.summary || [item.village, item.category && item.category.name].filter(Boolean).join(" · ") || item.number;
}

function photosOf(item, kind) {
  return (item.photos || []).filter((photo) => photo.kind === kind).map((photo) => ({ ...photo, status: "ready" }));
}

/** A card in the list; a touch opens the sheet. */
export function nearCard(item, onOpen) {
  const photo = photosOf(item, "after")[0] || photosOf(item, "before")[0];
  const facts = [item.department, `${dayWords(item.submitted_at)}反映`, item.closed_at ? `${dayWords(item.closed_at)}办结` : ""];
  return el(
    "button",
    { type: "button", class: "case-card", onclick: () => onOpen(item) },
    el(
      "span",
      { class: "case-card-main" },
      el("span", { class: "case-badges" }, statusChip(item.status), item.distance_m === undefined ? null : el("span", { class: "near-far" }, icon("map-pin"), distanceWords(item.distance_m))),
      el("span", { class: "case-card-text", text: summaryOf(item) }),
      el("span", { class: "case-facts fine", text: facts.filter(Boolean).join(" · ") }),
    ),
    photo ? el("img", { class: "case-thumb", src: local(photo.thumbnail_url), alt: photo.kind === "after" ? "办理后的照片" : "办理前的照片", loading: "lazy", width: "72", height: "72" }) : null,
  );
}

/** Open the sheet of a case known by its number; `item` is what the list knew already. */
export async function openNear(number, item = null) {
  const body = el("div", { class: "near-detail" });
  const shown = dialog({ title: "公开事项", content: [body], sheet: true, buttons: [{ text: "关闭", value: null }] });
  await fillDetail(body, number, item);
  return shown;
}

async function fillDetail(body, number, item) {
  fill(body, item ? detail(item) : skeleton(4));
  try {
    fill(body, detail(await api(`/public/reports/${encodeURIComponent(number)}`, { auth: "none" })));
  } catch (error) {
    const gone = error.code === GONE;
    if (item && !gone) {
      body.append(el("p", { class: "hint", text: "更多内容暂时没有加载出来。" }), button("再试一次", { kind: "link", onclick: () => fillDetail(body, number, item) }));
      return;
    }
    fill(body, errorState(error, gone ? null : () => fillDetail(body, number, item)));
  }
}

// No longer public; any other 404 is a server without this call.
const GONE = "public_report_not_found";
const OPEN = new Set(["received", "processing", "need_info"]);

function detail(item) {
  const before = photosOf(item, "before");
  const after = photosOf(item, "after");
  const joinable = item.can_join === undefined ? OPEN.has(item.status.code) : item.can_join;
  const rows = [["编号", item.number], ["办理单位", item.department || "还没有确定"], ["位置", `${item.village || "本街道"}（为保护隐私，地图上只精确到约 100 米）`]];
  return [
    el("p", { class: "case-badges" }, statusChip(item.status)),
    el("p", { class: "case-headline", text: summaryOf(item) }),
    after.length ? comparison(before, after) : strip(before, "办理前"),
    item.reply ? el("blockquote", { class: "case-quote" }, el("h3", { text: "办理单位答复" }), callable(item.reply)) : null,
    el("dl", { class: "case-dl" }, rows.map(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })])),
    steps(item.timeline || []),
    joinable ? joinBlock(item) : null,
  ];
}

function steps(lines) {
  if (!lines.length) {
    return null;
  }
  return el(
    "ol",
    { class: "near-steps" },
    lines.map((line) => el("li", null, el("time", { class: "fine", datetime: line.date, text: dayWords(`${line.date}T00:00:00+08:00`) }), el("span", { text: line.text || line.status.label }))),
  );
}

function joinBlock(item) {
  return el(
    "div",
    { class: "case-note" },
    el("p", { text: "您也遇到了同一个问题？不用重新写，一起反映，进展会同样告诉您。" }),
    linkButton("我也遇到", `${config.urls.report}?join=${encodeURIComponent(item.number)}`, { kind: "primary", icon: "hand-raised" }),
  );
}
