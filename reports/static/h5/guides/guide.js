/* One guide: is it open, call, where is it, what to bring. */

import { loadKept } from "../case/kept.js";
import { pointMap } from "../case/near_map.js";
import { callable, onReturn, staleNote } from "../case/parts.js";
import { api } from "../core/api.js";
import { $, attempt, busy, button, choose, config, dateWords, el, emptyState, errorState, fill, linkButton, skeleton, toast } from "../core/ui.js";
import { callButton, exampleMark, isFresh, stateLine } from "./words.js";

const WRONG = [
  ["phone", "电话打不通或不对"],
  ["hours", "营业时间不对"],
  ["place", "地址不对，找不到"],
  ["documents", "材料、费用或时限不对"],
  ["closed", "已经不办了，搬走了"],
  ["other", "其他不对的地方"],
];
const id = window.location.pathname.slice(config.urls.guides.length);

const section = (title, ...content) => el("section", { class: "case-block" }, el("h2", { text: title }), content);
const fact = (name, text) => (text ? [el("dt", { text: name }), el("dd", { text })] : null);

function head(row, fresh) {
  return el(
    "section",
    { class: "case-block guide-head" },
    el("h2", { text: row.title }),
    el("p", { class: "line line-wrap" }, row.dimensions.map((kind) => el("span", { class: "chip", text: kind.title })), exampleMark(row)),
    row.summary ? el("p", { text: row.summary }) : null,
    el("p", null, stateLine(row, fresh)),
  );
}

function hours(row) {
  if (!row.hours && !row.hours_note && !row.exceptions.length) {
    return section("营业时间", el("p", { class: "hint", text: "没有登记，去之前请先打电话问一下。" }));
  }
  return section(
    "营业时间",
    row.hours ? el("ul", null, row.hours.split("；").map((line) => el("li", { text: line }))) : null,
    row.hours ? el("p", { class: "hint", text: row.holidays.label }) : null,
    row.hours_note ? el("p", { class: "hint", text: row.hours_note }) : null,
    row.exceptions.map((line) => el("p", { class: "warn", text: line })),
  );
}

function place(row) {
  if (!row.address && !row.place) {
    return null;
  }
  return section("地址", row.address ? el("p", { text: row.address }) : null, row.place ? mapButton(row.place) : null);
}

function mapButton(point) {
  const holder = el("div", { dataset: { silent: "" } });
  const open = button("在地图上看", {
    kind: "plain",
    icon: "map",
    onclick: () =>
      busy(open, async () => {
        const node = el("div", { class: "case-map", role: "application", "aria-label": "位置地图" });
        fill(holder, node);
        try {
          await pointMap(node, { lat: point.lat, lng: point.lng, accuracy: 0, tiles: config.tiles });
        } catch {
          fill(holder, open);
          toast("地图没有加载出来，请检查网络后再试", "bad");
        }
      }),
  });
  return fill(holder, open);
}

function documents(row) {
  if (!row.documents.length) {
    return null;
  }
  const line = (text) => el("label", { class: "check" }, el("input", { type: "checkbox" }), el("span", { text }));
  return section("要带的材料", el("p", { class: "hint small-only", text: "备好一样勾一样，不会发给任何人。" }), el("div", { class: "guide-docs" }, row.documents.map(line)));
}

function facts(row) {
  const list = [fact("费用", row.fee), fact("时限", row.time_limit), fact("负责", row.department), fact("有效期到", row.valid_to && dateWords(row.valid_to))].filter(Boolean);
  return list.length ? section("办理", el("dl", { class: "facts" }, list)) : null;
}

async function wrong() {
  const kind = await choose("哪里不对？", WRONG.map(([value, text]) => ({ value, text })));
  if (kind) {
    const answer = await api(`/guides/${id}/faults`, { method: "POST", auth: "none", body: { kind } });
    toast(answer.message, "good");
  }
}

function foot(row) {
  const node = button("信息有误", { kind: "link", icon: "flag", onclick: () => attempt(node, wrong) });
  return el("div", { class: "guide-wrong" }, el("p", { class: "fine", text: `${dateWords(row.confirmed_at)}核实过` }), node);
}

function draw(row, kept) {
  const fresh = isFresh(kept);
  document.title = `${row.title} · 乡村小脑`;
  fill(
    $("#guide"),
    staleNote(kept, show),
    head(row, fresh),
    row.phones.length > 1 ? section("电话", row.phones.map((phone) => callButton(phone, { kind: "plain" }))) : null,
    hours(row),
    place(row),
    documents(row),
    facts(row),
    row.body ? section("说明", callable(row.body, { class: "case-text guide-body" })) : null,
    foot(row),
  );
  $("#guide-foot").hidden = !row.phones.length;
  fill($("#guide-foot"), row.phones.length ? callButton(row.phones[0]) : null);
}

function gone() {
  return emptyState("没有这项服务", "可能已经下架或改了名字。", { icon: "building-storefront", action: linkButton("看全部服务", config.urls.guides, { kind: "primary" }) });
}

async function show() {
  if (!$("#guide").childElementCount) {
    fill($("#guide"), skeleton(5));
  }
  try {
    await loadKept(`/guides/${encodeURIComponent(id)}`, { key: `guide:${id}`, auth: "none", show: draw });
  } catch (error) {
    $("#guide-foot").hidden = true;
    fill($("#guide"), error.status === 404 ? gone() : errorState(error, show));
  }
}

show();
// Ticks stay while the page is open: only what was told is drawn anew after a long while.
onReturn(show, { pause: 300000 });
