/* The wall: one screen without a hand on it. It asks by itself and fills whatever size it is shown in. */
import { Chart } from "./chart.js";
import { byId, el, fill, linked } from "./dom.js";
import { bar, besideSatisfied, tile, valueOf } from "./figures.js";
import { watchFreshness } from "./freshness.js";
import { busiest, gridOf, heatOption } from "./heat.js";
import { sorted } from "./league.js";
import { Line } from "./line.js";
import { answers, dimension, happening, hotspot, insight, legend, nothing } from "./lists.js";
import { mapClasses, mapOption, mapWords, paleWords, registerGrids, shown } from "./map.js";
import { WALL } from "./theme.js";
import { treeOption } from "./tree.js";
import { hasTrend, trendOption } from "./trend.js";
import { clock, count, longDate } from "./words.js";

const config = JSON.parse(byId("cockpit-config").textContent);
const MEASURE_SECONDS = 20;
const LOST_AFTER = 30_000;
const TILES = ["reported", "on_time_rate", "response_rate", "solved_rate", "satisfied_rate", "answer_hours"];
const COLUMNS = ["in_hand", "dispatched", "on_time_rate", "finished_on_time_rate", "satisfied_rate"];
const SHOWN = { league: 6, hotspots: 3, insights: 3, events: 3, owners: 4, most: 7 };
const EARLY_HOUR = 4;
const HOUR = 3_600_000;

const begunAt = Date.now();
const root = document.documentElement;
/** One rem is ten pixels of the 1920 × 1080 design; letters of charts are 20 of these pixels high. */
const scale = () => (parseFloat(getComputedStyle(root).fontSize) / 10) * 1.65;
const chart = (id) => new Chart(byId(id), WALL, { scale });
const charts = { map: chart("wall-map"), trend: chart("wall-trend"), heat: chart("wall-heat"), tree: chart("wall-tree") };
const state = { map: null, measure: 0, seen: new Set() };

let tell = () => {};
const query = () => window.location.search;
const lines = {
  live: new Line({ url: () => config.urls.live + query(), take: showLive, tell: () => tell(), every: config.live_seconds * 1000, patience: LOST_AFTER }),
  data: new Line({ url: () => config.urls.data + query(), take: showData, tell: () => tell(), every: config.data_seconds * 1000, patience: config.data_seconds * 2000 + LOST_AFTER }),
  map: new Line({ url: () => config.urls.map + query(), take: showMap, tell: () => tell(), every: config.data_seconds * 1000, patience: config.data_seconds * 2000 + LOST_AFTER }),
};

function showLive(live) {
  fill(byId("wall-today"), live.figures.map((figure) => tile(figure, { brief: true })));
  const events = live.events.slice(0, SHOWN.events);
  const known = state.seen.size > 0;
  fill(byId("wall-events"), events.length ? el("ol", {}, events.map((one) => happening(one, { fresh: known && !state.seen.has(one.id) }))) : nothing("今天还没有动态"));
  state.seen = new Set(live.events.map((one) => one.id));
  showHead(live);
}

function showHead(live) {
  document.body.classList.toggle("ck-alarm", live.figures.some((figure) => figure.code === "alarms" && figure.value > 0));
}

function showData(data) {
  byId("wall-period").textContent = data.filters.words;
  const chosen = TILES.map((code) => data.tiles.find((one) => one.code === code)).filter(Boolean);
  fill(byId("wall-tiles"), chosen.map((figure) => tile(figure, { brief: true, extra: besideSatisfied(figure, data.tiles) })));
  fill(byId("wall-dimensions"), data.dimensions.map((one) => dimension(one, { brief: true })));
  showTrend(data.trend);
  showHeat(data.heat);
  showTree(data.tree);
  showLeague(data.league);
  showLists(data);
}

function showTrend(trend) {
  if (!hasTrend(trend)) charts.trend.nothing("这段时间还没有工单");
  else charts.trend.draw(trendOption(trend, WALL), "受理和办结的走势");
}

function showHeat(heat) {
  byId("wall-heat-words").textContent = busiest(heat);
  if (!heat.total) charts.heat.nothing("这段时间还没有工单");
  else charts.heat.draw(heatOption(gridOf(heat), WALL, { days: 1 }), `每周各时段的${heat.name}，${busiest(heat)}`);
}

function showTree(tree) {
  if (!tree.length) charts.tree.nothing("这段时间还没有工单");
  else charts.tree.draw(treeOption(tree, WALL), `分类构成：${tree.slice(0, 3).map((one) => `${one.name} ${count(one.value)} 件`).join("，")}`);
}

function showLeague(league) {
  const columns = COLUMNS.map((code) => league.columns.find((one) => one.code === code)).filter(Boolean).slice(0, 3);
  // First who can be compared: the best of these at the top.
  const rows = sorted(league.rows, columns.find((one) => one.good) || null, false).slice(0, SHOWN.league);
  const box = byId("wall-league");
  if (!rows.length) {
    fill(box, nothing("这段时间还没有派给单位的工单"));
    return;
  }
  const head = el("tr", {}, el("th", { scope: "col" }, "单位"), columns.map((one) => el("th", { scope: "col" }, one.name)));
  const body = rows.map((row) => el("tr", {}, el("th", { scope: "row", title: row.name }, row.name), columns.map((one) => leagueCell(row.cells[one.code]))));
  fill(box, el("table", { class: "ck-league" }, el("thead", {}, head), el("tbody", {}, body)));
  const more = league.rows.length - rows.length;
  byId("wall-league-note").textContent = [more > 0 ? `另有 ${count(more)} 个单位` : "", rows.some(isFew) ? "“少”：不足 10 件，不排名" : ""].filter(Boolean).join(" · ");
}

const isFew = (row) => Object.values(row.cells).some((cell) => cell?.small && cell.value !== null);

function leagueCell(cell) {
  if (!cell) return el("td", {}, "—");
  const few = cell.small && cell.value !== null ? el("span", { class: "ck-few" }, "少") : null;
  return el("td", { class: cell.small ? "ck-small" : "" }, el("span", { class: "ck-cell" }, bar(cell), few, valueOf(cell)));
}

function showLists(data) {
  const own = { own: true };
  fill(byId("wall-hotspots"), data.hotspots.length ? el("ol", {}, data.hotspots.slice(0, SHOWN.hotspots).map((one) => hotspot(one, own))) : nothing("近 28 天没有热点"));
  fill(byId("wall-insights"), data.insights.length ? el("ul", {}, data.insights.slice(0, SHOWN.insights).map(insight)) : nothing("目前没有要提醒的"));
  const owners = [...data.overdue.by_department].sort((one, other) => other.count - one.count);
  const most = Math.max(1, ...owners.map((one) => one.count));
  const row = (one) => el("li", {}, el("span", { class: "ck-name", title: one.name }, one.name), el("span", { class: "ck-bar ck-bar-late", "aria-hidden": "true" }, el("i", { style: { width: `${(one.count / most) * 100}%` } })), el("b", {}, count(one.count)));
  fill(byId("wall-overdue"), data.overdue.count ? el("ol", {}, owners.slice(0, SHOWN.owners).map(row)) : nothing("没有超期的工单"));
  byId("wall-overdue-count").textContent = data.overdue.count ? `${count(data.overdue.count)} 件` : "";
  fill(byId("wall-satisfaction"), answers(data.satisfaction, { brief: true }));
}

function showMap(answer) {
  state.map = answer;
  if (answer.features.length) registerGrids(answer);
  drawMap();
}

function drawMap() {
  const { map } = state;
  if (!map) return;
  const grids = map.features.map((feature) => feature.properties);
  const measures = map.measures.filter((one) => one.code !== "per_1000" || grids.some((grid) => grid.per_1000 !== null));
  const { code, name } = measures[state.measure % measures.length];
  fill(byId("wall-measures"), measures.map((one, index) => el("button", { type: "button", "aria-pressed": String(one.code === code), click: () => hold(index) }, one.name)));
  fill(byId("wall-legend"), grids.length ? legend(mapClasses(grids, code, WALL), paleWords(grids, code)) : null);
  const top = [...grids].filter((grid) => grid[code] > 0).sort((one, other) => other[code] - one[code]);
  fill(byId("wall-most"), el("ol", { class: "wall-most" }, top.slice(0, SHOWN.most).map((grid) => el("li", {}, linked(grid.name, grid.links?.[code], { class: "ck-name" }), el("b", {}, shown(code, grid[code]))))));
  if (!grids.length) charts.map.nothing("还没有画网格");
  else charts.map.draw(mapOption(grids, code, measures, WALL), mapWords(grids, code, name));
}

/** Who chooses what the map shows keeps it: the turning stops. */
function hold(index) {
  window.clearInterval(turning);
  state.measure = index;
  drawMap();
}

/** The clock is the server's, as the last answer told it. */
function tick() {
  const { heardAt, heardHere } = lines.live;
  const now = heardAt ? heardAt + (Date.now() - heardHere) : Date.now();
  byId("wall-clock").textContent = clock(now).slice(0, 5);
  byId("wall-date").textContent = longDate(now);
}

/** A wall runs for months: once a day, while nobody looks and the line is good, it loads a new release. */
function renew() {
  const old = Date.now() - begunAt > 12 * HOUR;
  if (old && new Date().getHours() === EARLY_HOUR && !lines.live.lost) window.location.reload();
}

tell = watchFreshness(byId("wall-fresh"), lines.live, [lines.data, lines.map]);
for (const line of Object.values(lines)) line.watch().ask();
window.setInterval(tick, 1000);
tick();
window.setInterval(renew, HOUR / 4);
const turning = window.setInterval(() => {
  state.measure += 1;
  drawMap();
}, MEASURE_SECONDS * 1000);
