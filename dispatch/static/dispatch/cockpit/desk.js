/* The desk: the same numbers to work with. Everything leads to its tickets; the filters live in the address. */
import { go, LIVE, queryOf, read } from "./address.js";
import { showBoard } from "./board.js";
import { byId, el, fill } from "./dom.js";
import { tile } from "./figures.js";
import { Filters } from "./filters.js";
import { watchFreshness } from "./freshness.js";
import { GridMap } from "./grid_map.js";
import { Line } from "./line.js";
import { happening, nothing } from "./lists.js";
import { explainFigures } from "./tips.js";

const config = JSON.parse(byId("cockpit-config").textContent);
const LOST_AFTER = 30_000;
const RARELY = config.data_seconds * 1000;
const WIDE = "(min-width: 900px)";

const state = { data: null, seen: new Set() };
let tell = () => {};
const changed = () => {
  tell();
  showState();
};
const lines = {
  live: new Line({ url: () => config.urls.live + queryOf(read(), LIVE), take: showLive, tell: changed, every: config.live_seconds * 1000, patience: LOST_AFTER }),
  data: new Line({ url: () => config.urls.data + queryOf(read()), take: showData, tell: changed, every: RARELY, patience: 2 * RARELY + LOST_AFTER }),
  map: new Line({ url: () => config.urls.map + queryOf(read()), take: (answer) => map.show(answer), tell: changed, every: RARELY, patience: 2 * RARELY + LOST_AFTER }),
};

/** Another view: by a filter, by a click in a chart, or by the way back. */
function reask() {
  filters.show();
  if (config.urls.wall) byId("desk-wall").href = config.urls.wall + queryOf(read());
  for (const line of Object.values(lines)) line.ask({ fresh: true, clicked: true });
}

const narrow = (name) => (value) => filters.to({ [name]: String(value) });
const map = new GridMap({ pick: narrow("grid") });
const filters = new Filters(config.choices, reask);

function showLive(live) {
  byId("desk-day-words").textContent = live.day_words;
  fill(byId("desk-today"), live.figures.map((figure) => tile(figure)));
  const known = state.seen.size > 0;
  fill(byId("desk-events"), live.events.length ? el("ol", {}, live.events.map((one) => happening(one, { fresh: known && !state.seen.has(one.id) }))) : nothing("今天还没有动态"));
  byId("desk-latest").textContent = live.events.length ? `：${live.events[0].text}` : "：今天还没有";
  state.seen = new Set(live.events.map((one) => one.id));
}

function showData(data) {
  state.data = data;
  filters.show(data.filters);
  draw();
}

/** Draw what was answered last; another order of the league asks nobody. */
function draw() {
  const resort = (sort) => {
    go({ sort }, { quiet: true });
    draw();
    byId("desk-league").querySelector("[aria-sort=ascending] button, [aria-sort=descending] button")?.focus();
  };
  showBoard(state.data, { sort: read().sort, resort, narrow });
}

/** Loading, answered or failed: numbers of another view are never left standing under new filters. */
function showState() {
  const { data } = lines;
  const kind = data.answered ? "ready" : data.failed || data.ended ? "failed" : "loading";
  document.body.dataset.state = kind;
  byId("main").setAttribute("aria-busy", String(data.loading && kind === "loading"));
  byId("desk-board").hidden = kind === "failed" || !state.data;
  byId("desk-board").inert = kind === "loading";
  byId("desk-loading").hidden = kind !== "loading";
  byId("desk-error").hidden = kind !== "failed";
  if (kind === "failed") byId("desk-error-text").textContent = data.problem || "数据没有读到，可能是网络断了一下。";
}

window.addEventListener("popstate", () => {
  map.follow();
  reask();
});
byId("desk-again").addEventListener("click", reask);
// On a phone the filters are folded; on a desk there is room, and nothing to unfold.
const wide = window.matchMedia(WIDE);
const unfold = () => {
  byId("desk-more").open = wide.matches;
};
wide.addEventListener("change", unfold);
unfold();
explainFigures();
tell = watchFreshness(byId("desk-fresh"), lines.live, [lines.data, lines.map]);
filters.show();
for (const line of Object.values(lines)) line.watch().ask();
