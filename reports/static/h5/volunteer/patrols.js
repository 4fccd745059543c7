/* 巡查任务: walks to come; one's own first. */

import { api, currentSession } from "../core/api.js";
import { ready } from "../core/app.js";
import { onReturn } from "../case/parts.js";
import { $, attempt, button, config, el, emptyState, errorState, fill, icon, skeleton } from "../core/ui.js";
import { joinFirst } from "./parts.js";
import { windowWords } from "./words.js";

const box = $("#patrols");
const LIMIT = 20;

function card(patrol) {
  const left = patrol.state.code === "cancelled" ? "已取消" : patrol.places_left ? `还有 ${patrol.places_left} 个名额` : "名额已满";
  const joined = patrol.signup && patrol.signup.state.code !== "left";
  return el(
    "a",
    { class: "case-card", href: `${config.urls.patrol}?id=${encodeURIComponent(patrol.id)}` },
    el(
      "span",
      { class: "case-card-main" },
      el("span", { class: "case-badges" }, joined ? el("span", { class: "chip chip-processing", text: patrol.signup.state.label }) : null, el("span", { class: "chip chip-plain", text: left })),
      el("span", { class: "case-card-text", text: patrol.title }),
      el("span", { class: "case-facts fine", text: windowWords(patrol.starts_at, patrol.ends_at) }),
      el("span", { class: "case-facts fine", text: patrol.place }),
    ),
    icon("chevron-right"),
  );
}

function section(title, rows) {
  return rows.length ? el("section", { class: "stack" }, el("h2", { class: "section-title", text: title }), el("ul", { class: "case-list" }, rows.map((row) => el("li", null, card(row))))) : null;
}

async function more(cursor, known) {
  const page = await api("/patrols", { query: { cursor, limit: LIMIT } });
  draw([...known, ...page.items], page.next_cursor);
}

function draw(rows, cursor) {
  const own = rows.filter((row) => row.signup && row.signup.state.code !== "left");
  const others = rows.filter((row) => !own.includes(row)).sort((one, two) => Date.parse(one.starts_at) - Date.parse(two.starts_at));
  const next = cursor ? button("看更多", { class: "btn btn-plain btn-block", onclick: () => attempt(next, () => more(cursor, rows)) }) : null;
  if (!rows.length) {
    fill(box, emptyState("近期没有巡查", "有新的巡查会在这里发布。平时看到问题，随手上报就行。"));
    return;
  }
  fill(box, section("我报名的", own), section("可以报名的", others), next);
}

async function show() {
  if (!box.children.length) {
    fill(box, skeleton(4));
  }
  try {
    if (!(await currentSession())) {
      fill(box, joinFirst("加入以后，可以报名参加巡查。", "map"));
      return;
    }
    const page = await api("/patrols", { query: { limit: LIMIT } });
    draw(page.items, page.next_cursor);
  } catch (error) {
    fill(box, errorState(error, show));
  }
}

ready.then(() => {
  show();
  onReturn(show);
});
