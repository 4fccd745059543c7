/* 附近: what is being done around here, for everybody, without signing in. A list first, a map for who wants it. */

import { api } from "../core/api.js";
import { $, attempt, button, config, el, emptyState, errorState, fill, skeleton, toast } from "../core/ui.js";
import { loadKept } from "./kept.js";
import { nearCard, openNear } from "./near_card.js";
import { makeMap } from "./near_map.js";
import { onReturn, staleNote } from "./parts.js";

const PAGE = 20;
const AROUND_M = 3000;
const MAP_MOST = 100;
const WIDE = window.matchMedia("(min-width: 60rem)");
const SHOWN = [
  { key: "open", label: "正在办理", codes: ["received", "processing", "need_info"] },
  { key: "done", label: "已办好", codes: ["awaiting_rating", "closed"] },
  { key: "all", label: "全部", codes: [] },
];

const state = { shown: SHOWN[2], category: "", place: null, items: [], cursor: null, turn: 0, map: null, mapOn: false, bbox: "", mapTurn: 0 };
const EARTH_M = 6371008.8;

function distance(from, to) {
  const rad = Math.PI / 180;
  const x = (to.lng - from.lng) * rad * Math.cos(((from.lat + to.lat) / 2) * rad);
  return EARTH_M * Math.hypot(x, (to.lat - from.lat) * rad);
}

function boxAround({ lat, lng }, metres) {
  const dLat = metres / 111320;
  const dLng = dLat / Math.cos((lat * Math.PI) / 180);
  return [lng - dLng, lat - dLat, lng + dLng, lat + dLat].map((part) => part.toFixed(5)).join(",");
}

const filters = () => ({ status: state.shown.codes, category: state.category });

/** With a place: measured, near ones only, the nearest first. Without: as they come, newest first. */
function arranged(items) {
  if (!state.place) {
    return items;
  }
  return items
    .filter((item) => item.place)
    .map((item) => ({ ...item, distance_m: distance(state.place, item.place) }))
    .filter((item) => item.distance_m <= AROUND_M * 1.05)
    .sort((a, b) => a.distance_m - b.distance_m);
}

function drawFilters() {
  fill(
    $("#near-status"),
    SHOWN.map((one) =>
      el("button", { type: "button", class: "case-tab", "aria-pressed": String(one === state.shown), onclick: () => change({ shown: one }) }, el("span", { text: one.label })),
    ),
  );
  fill(
    $("#near-order"),
    state.place
      ? button("按最新排", { kind: "plain", icon: "clock", onclick: () => change({ place: null }) })
      : button("看离我近的", { kind: "plain", icon: "viewfinder-circle", onclick: (event) => attempt(event.currentTarget, locate) }),
  );
}

async function categories() {
  try {
    const { items } = await api("/categories", { auth: "none" });
    const open = items.filter((group) => !group.confidential);
    $("#near-category").append(...open.map((group) => el("option", { value: group.code, text: group.name })));
  } catch {
    $("#near-category").hidden = true;
  }
}

function locate() {
  if (!navigator.geolocation) {
    toast("这个浏览器不能定位，可以在地图上查看", "bad");
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        change({ place: { lat: coords.latitude, lng: coords.longitude } });
        if (state.map) {
          state.map.here(coords.latitude, coords.longitude);
        }
        resolve();
      },
      (error) => {
        toast(error.code === error.PERMISSION_DENIED ? "没有允许使用位置。可以在地图上查看，或到系统设置里打开。" : "没有定位成功，请到开阔处再试，或在地图上查看。", "bad");
        resolve();
      },
      { enableHighAccuracy: false, timeout: 10000, maximumAge: 60000 },
    );
  });
}

function change(part) {
  Object.assign(state, part, { items: [], cursor: null });
  drawFilters();
  show();
  drawMap();
}

function drawList(page, kept) {
  state.items = page.items;
  state.cursor = page.next_cursor;
  const items = arranged(page.items);
  const list = $("#near-list");
  if (!items.length) {
    fill(list, staleNote(kept, show), nothing());
    return;
  }
  fill(list, staleNote(kept, show), el("ul", { class: "case-list" }, items.map((item) => el("li", null, nearCard(item, open)))), more(kept));
}

function nothing() {
  if (state.place) {
    return emptyState("3 公里内没有公开的事项", "可以按最新查看全街道的。", { icon: "map-pin", action: button("看全街道的", { kind: "plain", onclick: () => change({ place: null }) }) });
  }
  const filtered = state.shown.codes.length || state.category;
  return emptyState(filtered ? "没有符合的事项" : "还没有公开的事项", filtered ? "换一个条件看看。" : "经过核对、可以公开的事项会出现在这里。", { icon: "map-pin" });
}

function more(kept) {
  if (!state.cursor || !kept.fresh) {
    return null;
  }
  const node = button("再看一些", { class: "btn btn-plain case-more", onclick: () => attempt(node, next) });
  return node;
}

function query() {
  return { ...filters(), bbox: state.place ? boxAround(state.place, AROUND_M) : "", limit: state.place ? MAP_MOST : Math.min(100, Math.max(PAGE, state.items.length)) };
}

async function next() {
  const turn = state.turn;
  const page = await api("/public/reports", { auth: "none", query: { ...query(), limit: PAGE, cursor: state.cursor } });
  if (turn === state.turn) {
    const known = new Set(state.items.map((item) => item.number));
    drawList({ items: [...state.items, ...page.items.filter((item) => !known.has(item.number))], next_cursor: page.next_cursor }, { fresh: true, error: null });
  }
}

async function show() {
  const turn = ++state.turn;
  if (!state.items.length) {
    fill($("#near-list"), skeleton(4));
  }
  const draw = (page, kept) => turn === state.turn && drawList(page, kept);
  try {
    // What is around a person is not kept: it would tell where they were.
    if (state.place) {
      draw(await api("/public/reports", { auth: "none", query: query() }), { fresh: true, error: null });
    } else {
      await loadKept("/public/reports", { key: `near:${state.shown.key}:${state.category}`, auth: "none", query: query(), show: draw });
    }
  } catch (error) {
    if (turn === state.turn) {
      fill($("#near-list"), errorState(error, show));
    }
  }
}

function open(item) {
  openNear(item.number, item);
}

async function drawMap() {
  if (!state.map || !state.bbox) {
    return;
  }
  const turn = ++state.mapTurn;
  const note = $("#near-map-note");
  try {
    const page = await api("/public/reports", { auth: "none", query: { ...filters(), bbox: state.bbox, limit: MAP_MOST } });
    if (turn !== state.mapTurn) {
      return;
    }
    state.map.show(page.items);
    const count = page.items.length;
    note.textContent = page.next_cursor ? `这里超过 ${MAP_MOST} 件，先显示最近的 ${MAP_MOST} 件，放大地图可以看全。` : `地图范围内 ${count} 件。位置为保护隐私只精确到约 100 米。`;
  } catch (error) {
    note.textContent = error.offline ? "现在没有网络，地图上的事项没有更新。" : error.message;
  }
}

async function showMap() {
  const holder = $("#near-map-area");
  holder.hidden = false;
  if (state.map) {
    state.map.resized();
    return;
  }
  try {
    state.map = await makeMap($("#near-map"), {
      tiles: config.tiles,
      onOpen: open,
      onMove(bbox) {
        state.bbox = bbox;
        drawMap();
      },
    });
    drawMap();
    if (state.place) {
      state.map.here(state.place.lat, state.place.lng);
    }
  } catch {
    fill($("#near-map-note"), "地图没有加载出来，可以先看列表。", button("再试一次", { kind: "link", onclick: showMap }));
  }
}

function switchView(mapOn) {
  state.mapOn = mapOn;
  const both = WIDE.matches;
  $("#near-list-area").hidden = mapOn && !both;
  $("#near-map-area").hidden = !mapOn && !both;
  for (const [id, on] of [["#near-as-list", !mapOn], ["#near-as-map", mapOn]]) {
    $(id).setAttribute("aria-pressed", String(on));
  }
  if (mapOn || both) {
    showMap();
  }
}

function start() {
  drawFilters();
  categories();
  show();
  $("#near-category").addEventListener("change", (event) => change({ category: event.target.value }));
  $("#near-as-list").addEventListener("click", () => switchView(false));
  $("#near-as-map").addEventListener("click", () => switchView(true));
  WIDE.addEventListener("change", () => switchView(state.mapOn));
  switchView(false);
  const number = new URLSearchParams(window.location.search).get("n");
  if (number) {
    openNear(number);
  }
  onReturn(() => {
    show();
    drawMap();
  });
}

start();
