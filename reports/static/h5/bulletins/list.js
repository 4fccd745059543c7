/* 公告: urgent ones, pinned ones, then the newest. */

import { loadKept } from "../case/kept.js";
import { onReturn, staleNote } from "../case/parts.js";
import { api } from "../core/api.js";
import { $, attempt, button, el, emptyState, errorState, fill, skeleton } from "../core/ui.js";
import { bulletinPath, marks, metaLine } from "./words.js";

const state = { items: [], cursor: null };

function card(row) {
  const signs = marks(row);
  return el(
    "a",
    { class: "guide-card", href: bulletinPath(row) },
    signs.length ? el("span", { class: "line line-wrap" }, signs) : null,
    el("strong", { text: row.title }),
    el("span", { class: "hint small-only", text: row.opening }),
    metaLine(row),
  );
}

function draw(page, kept) {
  Object.assign(state, { items: page.items, cursor: page.next_cursor });
  const list = page.items.length
    ? el("ul", { class: "case-list" }, page.items.map((row) => el("li", null, card(row))))
    : emptyState("现在没有公告", "停水停电、台风、办事安排会在这里告诉大家。", { icon: "megaphone" });
  fill($("#bulletins"), staleNote(kept, show), list, kept.fresh && state.cursor ? more() : null);
}

function more() {
  const node = button("更早的公告", { class: "btn btn-plain guide-more", onclick: () => attempt(node, next) });
  return node;
}

async function next() {
  const page = await api("/bulletins", { auth: "none", query: { cursor: state.cursor } });
  const known = new Set(state.items.map((row) => row.id));
  draw({ ...page, items: [...state.items, ...page.items.filter((row) => !known.has(row.id))] }, { fresh: true, error: null });
}

async function show() {
  if (!state.items.length) {
    fill($("#bulletins"), skeleton(4));
  }
  try {
    await loadKept("/bulletins", { key: "bulletins", auth: "none", show: draw });
  } catch (error) {
    fill($("#bulletins"), errorState(error, show));
  }
}

show();
onReturn(show, { pause: 60000 });
