/* 我的上报: what waits on this phone on top, then one's cases by whose turn it is. */

import { ready } from "../core/app.js";
import { $, attempt, button, config, el, emptyState, fill, linkButton, skeleton } from "../core/ui.js";
import { api } from "../core/api.js";
import * as db from "../core/db.js";
import { loadKept } from "./kept.js";
import { failed, onReturn, reportCard, staleNote } from "./parts.js";
import { pendingCards } from "./pending.js";
import { GROUPS } from "./words.js";

const PAGE = 20;
const EMPTY = {
  all: ["还没有上报", "看到身边的问题，拍张照片就能反映。"],
  mine: ["没有等您处理的事", "需要您补充或评价时，会出现在这里。"],
  open: ["没有正在办理的事", "已经结束的在“已结束”里。"],
  ended: ["还没有结束的事", ""],
};

const state = { group: GROUPS[0], items: [], cursor: null, turn: 0 };

function chosenGroup() {
  const key = new URLSearchParams(window.location.search).get("show");
  return GROUPS.find((group) => group.key === key) || GROUPS[0];
}

function drawTabs(counts = null) {
  const total = (group) => (counts ? counts.filter((row) => !group.codes.length || group.codes.includes(row.code)).reduce((sum, row) => sum + row.count, 0) : null);
  fill(
    $("#mine-tabs"),
    GROUPS.map((group) => {
      const count = total(group);
      return el(
        "button",
        { type: "button", class: "case-tab", "aria-pressed": String(group === state.group), onclick: () => choose(group) },
        el("span", { text: group.label }),
        count === null ? null : el("span", { class: `case-count${group.key === "mine" && count ? " case-count-ask" : ""}`, text: String(count) }),
      );
    }),
  );
}

let counted = null;

async function count() {
  try {
    counted = (await api("/reports/counts")).statuses;
  } catch {
    // The numbers are a help; the lists below say themselves what went wrong.
  }
  drawTabs(counted);
}

function choose(group) {
  state.group = group;
  state.items = [];
  const query = group.key === "all" ? "" : `?show=${group.key}`;
  window.history.replaceState(null, "", `${window.location.pathname}${query}`);
  drawTabs(counted);
  show();
}

function drawList(page, kept) {
  state.items = page.items;
  state.cursor = page.next_cursor;
  const list = $("#mine-list");
  if (!page.items.length) {
    const [title, text] = EMPTY[state.group.key];
    const action = state.group.key === "all" ? linkButton("报问题", config.urls.report, { kind: "primary", icon: "camera" }) : null;
    fill(list, staleNote(kept, show), emptyState(title, text, { action }));
    return;
  }
  fill(list, staleNote(kept, show), el("ul", { class: "case-list" }, page.items.map((report) => el("li", null, reportCard(report)))), more(kept));
}

function more(kept) {
  if (!state.cursor || !kept.fresh) {
    return null;
  }
  const node = button("再看一些", { kind: "plain", class: "btn btn-plain case-more", onclick: () => attempt(node, next) });
  return node;
}

async function next() {
  const turn = state.turn;
  const page = await api("/reports", { query: { ...filter(), cursor: state.cursor, limit: PAGE } });
  if (turn !== state.turn) {
    return;
  }
  const from = state.items.length;
  const known = new Set(state.items.map((report) => report.number));
  drawList({ items: [...state.items, ...page.items.filter((report) => !known.has(report.number))], next_cursor: page.next_cursor }, { fresh: true, error: null });
  const first = $(`#mine-list li:nth-child(${from + 1}) a`);
  if (first) {
    first.focus({ preventScroll: true });
  }
}

const filter = () => ({ status: state.group.codes });

async function show() {
  const turn = ++state.turn;
  const list = $("#mine-list");
  if (!state.items.length) {
    fill(list, skeleton(4));
  }
  const limit = Math.min(100, Math.max(PAGE, state.items.length));
  try {
    await loadKept("/reports", {
      key: `list:${state.group.key}`,
      query: { ...filter(), limit },
      show: (page, kept) => {
        if (turn === state.turn) {
          drawList(page, kept);
        }
      },
    });
  } catch (error) {
    if (turn === state.turn) {
      fill(list, failed(error, show));
    }
  }
}

async function drawPending() {
  fill($("#mine-pending"), await pendingCards());
}

function start() {
  state.group = chosenGroup();
  drawTabs();
  show();
  count();
  drawPending();
  db.watch((event) => {
    drawPending();
    if (event.type === "sent") {
      show();
      count();
    }
  });
  onReturn(() => {
    show();
    count();
    drawPending();
  });
}

ready.then(start);
