/* 消息: what the office told. Opening one reads it and leads to its case. */

import { api } from "../core/api.js";
import { ready } from "../core/app.js";
import { showBadge } from "../core/badge.js";
import { $, agoWords, attempt, button, el, emptyState, fill, icon, skeleton, toast } from "../core/ui.js";
import { loadKept } from "./kept.js";
import { casePath, failed, onReturn, staleNote } from "./parts.js";

const PAGE = 20;
const LONGEST_WAIT = 600;
const ASKS = { supplement: "去补充", rate: "去评价" };
const state = { items: [], cursor: null, turn: 0 };

/** Show the number of the foot bar as the server answered it. */
function tellUnread(answer) {
  showBadge(answer.more ? 100 : answer.count);
}

function row(message) {
  const body = [
    el("span", { class: "inbox-head" }, message.read ? null : el("span", { class: "inbox-dot" }, el("span", { class: "sr-only", text: "未读" })), el("span", { class: "inbox-title", text: message.title }), el("time", { class: "fine", datetime: message.at, text: agoWords(message.at) })),
    el("span", { class: "case-card-text inbox-text", text: message.text }),
    message.report ? el("span", { class: "case-facts fine", text: `编号 ${message.report.number}` }) : null,
    ASKS[message.action] ? el("span", { class: "case-asks" }, icon("hand-raised"), el("span", { text: ASKS[message.action] })) : null,
  ];
  const attrs = { class: `case-card inbox-row${message.read ? "" : " inbox-new"}`, dataset: { id: message.id } };
  if (message.report) {
    return el("a", { ...attrs, href: casePath(message.report.number), onclick: (event) => follow(event, message) }, el("span", { class: "case-card-main" }, body));
  }
  return el("button", { ...attrs, type: "button", onclick: () => read(message) }, el("span", { class: "case-card-main" }, body));
}

// The token is looked up before the request can leave, and a page that goes away looks up nothing: so
// the page stays until the answer is here, but on a bad line no longer than a person notices.
async function follow(event, message) {
  if (message.read || event.metaKey || event.ctrlKey || event.shiftKey) {
    read(message);
    return;
  }
  event.preventDefault();
  await Promise.race([read(message), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
  location.assign(casePath(message.report.number));
}

async function read(message) {
  if (message.read) {
    return;
  }
  message.read = true;
  try {
    tellUnread(await api("/inbox/read", { method: "POST", body: { ids: [message.id] }, keepalive: true }));
    drawList({ items: state.items, next_cursor: state.cursor }, { fresh: true, error: null });
  } catch {
    message.read = false;
  }
}

async function readAll() {
  const newest = state.items[0];
  if (!newest) {
    return;
  }
  const answer = await api("/inbox/read", { method: "POST", body: { all_before: newest.id } });
  tellUnread(answer);
  toast("已全部标为已读", "good");
  await show();
}

function drawList(page, kept) {
  state.items = page.items;
  state.cursor = page.next_cursor;
  const list = $("#inbox-list");
  const all = button("全部标为已读", { kind: "link", icon: "check", onclick: () => attempt(all, readAll) });
  fill($("#inbox-tools"), kept.fresh && page.items.some((message) => !message.read) ? all : null);
  if (!page.items.length) {
    fill(list, staleNote(kept, show), emptyState("还没有消息", "您上报的事有了进展，会在这里告诉您。"));
    return;
  }
  fill(list, staleNote(kept, show), el("ul", { class: "case-list" }, page.items.map((message) => el("li", null, row(message)))), more(kept));
}

function more(kept) {
  if (!state.cursor || !kept.fresh) {
    return null;
  }
  const node = button("看更早的", { class: "btn btn-plain case-more", onclick: () => attempt(node, next) });
  return node;
}

async function next() {
  const turn = state.turn;
  const page = await api("/inbox", { query: { cursor: state.cursor, limit: PAGE } });
  if (turn === state.turn) {
    const known = new Set(state.items.map((message) => message.id));
    drawList({ items: [...state.items, ...page.items.filter((message) => !known.has(message.id))], next_cursor: page.next_cursor }, { fresh: true, error: null });
  }
}

async function show() {
  const turn = ++state.turn;
  if (!state.items.length) {
    fill($("#inbox-list"), skeleton(4));
  }
  try {
    await loadKept("/inbox", {
      key: "inbox",
      query: { limit: Math.min(100, Math.max(PAGE, state.items.length)) },
      show: (page, kept) => turn === state.turn && drawList(page, kept),
    });
  } catch (error) {
    if (turn === state.turn) {
      fill($("#inbox-list"), failed(error, show));
    }
  }
}

ready.then(() => {
  show();
  onReturn(show);
});
