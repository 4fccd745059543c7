/* 便民服务: seven kinds, a search by words or sound, what is open, what is near. */

import { loadKept } from "../case/kept.js";
import { onReturn, staleNote } from "../case/parts.js";
import { api } from "../core/api.js";
import { $, announce, attempt, button, config, el, emptyState, errorState, fill, icon, linkButton, skeleton, toast } from "../core/ui.js";
import { ICONS, exampleMark, isFresh, placeLine, stateLine } from "./words.js";

const PAUSE_MS = 350;
const start = new URLSearchParams(window.location.search);
const state = { dimension: start.get("d") || "", words: start.get("q") || "", open: start.get("open") === "1", place: null, items: [], cursor: null, turn: 0, kinds: [] };

/* The address says what is looked for: back from a guide, the same list is there. */
function noteAddress() {
  const search = new URLSearchParams();
  if (state.words) search.set("q", state.words);
  if (state.dimension) search.set("d", state.dimension);
  if (state.open) search.set("open", "1");
  const tail = search.toString();
  history.replaceState(history.state, "", `${window.location.pathname}${tail ? `?${tail}` : ""}`);
}

function change(part) {
  Object.assign(state, part, { items: [], cursor: null });
  noteAddress();
  drawTools();
  show();
}

function drawTools() {
  fill(
    $("#guide-tiles"),
    state.kinds.map((kind) =>
      el(
        "button",
        {
          class: "guide-tile",
          type: "button",
          "aria-pressed": String(kind.code === state.dimension),
          onclick: () => change({ dimension: kind.code === state.dimension ? "" : kind.code }),
        },
        icon(ICONS[kind.code]),
        el("span", { text: kind.title }),
        el("span", { class: "fine", text: `${kind.guides}项` }),
      ),
    ),
  );
  $("#guide-open").setAttribute("aria-pressed", String(state.open));
  $("#guide-near").setAttribute("aria-pressed", String(Boolean(state.place)));
}

async function showKinds() {
  const draw = ({ items }) => {
    // The base layer 平安 has a tile once there is something in it.
    state.kinds = items.filter((kind) => kind.code !== "safety" || kind.guides);
    drawTools();
  };
  try {
    await loadKept("/dimensions", { key: "dimensions", auth: "none", show: draw });
  } catch {
    // The list and the search work without the tiles.
  }
}

function card(row, fresh) {
  return el(
    "a",
    { class: "guide-card", href: `${config.urls.guides}${row.id}` },
    el("span", { class: "guide-card-title" }, el("span", { text: row.title }), exampleMark(row)),
    stateLine(row, fresh),
    row.summary ? el("span", { class: "small-only", text: row.summary }) : null,
    placeLine(row),
  );
}

function miss(page) {
  const others = page.alike.map((row) => linkButton(row.title, `${config.urls.guides}${row.id}`, { icon: "chevron-right" }));
  const call = el("a", { class: "btn btn-primary", href: `tel:${page.hotline}` }, icon("phone"), el("span", { text: `打便民热线 ${page.hotline}` }));
  const all = button("看全部服务", { kind: "link", onclick: clear });
  const box = emptyState(`没有找到“${state.words}”`, others.length ? "您要找的是不是：" : "换个说法试试，或者打电话问。", { icon: "magnifying-glass" });
  box.append(...others, call, all);
  return box;
}

function nothing(page) {
  if (state.words && !state.open && !state.dimension) {
    return miss(page);
  }
  if (state.words || state.open || state.dimension) {
    return emptyState(state.open ? "现在没有正在营业的" : "这里没有符合的服务", "去掉条件再看看。", { icon: "magnifying-glass", action: button("看全部服务", { onclick: clear }) });
  }
  return emptyState("还没有便民服务", "街道整理好以后会放在这里。", { icon: "building-storefront" });
}

function clear() {
  $("#guide-words").value = "";
  change({ words: "", open: false, dimension: "" });
}

function draw(page, kept) {
  state.items = page.items;
  state.cursor = page.next_cursor;
  const fresh = isFresh(kept);
  const list = page.items.length ? el("ul", { class: "case-list" }, page.items.map((row) => el("li", null, card(row, fresh)))) : nothing(page);
  fill($("#guide-list"), staleNote(kept, show), list, kept.fresh && state.cursor ? more() : null);
}

function more() {
  const node = button("再看一些", { class: "btn btn-plain guide-more", onclick: () => attempt(node, next) });
  return node;
}

function query() {
  return { q: state.words, dimension: state.dimension, open_now: state.open ? "1" : "", lat: state.place?.lat, lng: state.place?.lng };
}

async function next() {
  const turn = state.turn;
  const page = await api("/guides", { auth: "none", query: { ...query(), cursor: state.cursor } });
  if (turn === state.turn) {
    const known = new Set(state.items.map((row) => row.id));
    draw({ ...page, items: [...state.items, ...page.items.filter((row) => !known.has(row.id))] }, { fresh: true, error: null });
  }
}

async function show() {
  const turn = ++state.turn;
  if (!state.items.length) {
    fill($("#guide-list"), skeleton(4));
  }
  const drawn = (page, kept) => turn === state.turn && draw(page, kept);
  try {
    if (state.words || state.open) {
      const page = await api("/guides", { auth: "none", query: query() });
      drawn(page, { fresh: true, error: null });
      announce(page.items.length ? `找到${page.items.length}项${page.next_cursor ? "以上" : ""}` : "没有找到");
    } else {
      // What was seen last stays readable without a line.
      await loadKept("/guides", { key: `guides:${state.dimension}`, auth: "none", query: query(), show: drawn });
    }
  } catch (error) {
    if (turn === state.turn) {
      fill($("#guide-list"), errorState(error, show));
    }
  }
}

function locate() {
  if (state.place) {
    change({ place: null });
    return Promise.resolve();
  }
  if (!navigator.geolocation) {
    toast("这个浏览器不能定位，可以用上面的搜索找", "bad");
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        change({ place: { lat: coords.latitude, lng: coords.longitude } });
        resolve();
      },
      (error) => {
        toast(error.code === error.PERMISSION_DENIED ? "没有允许使用位置，可以到系统设置里打开。" : "没有定位成功，请到开阔处再试。", "bad");
        resolve();
      },
      { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
    );
  });
}

function startSearch() {
  const input = $("#guide-words");
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words !== state.words) {
      change({ words });
    }
  };
  input.value = state.words;
  // Half a syllable in the making is no word yet.
  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) {
      timer = setTimeout(look, PAUSE_MS);
    }
  });
  input.addEventListener("compositionend", look);
  $("#guide-search").addEventListener("submit", (event) => {
    event.preventDefault();
    look();
    input.blur();
  });
}

startSearch();
drawTools();
showKinds();
show();
$("#guide-open").addEventListener("click", () => change({ open: !state.open }));
$("#guide-near").addEventListener("click", (event) => attempt(event.currentTarget, locate));
onReturn(show);
