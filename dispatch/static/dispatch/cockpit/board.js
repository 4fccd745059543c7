/* Everything on the desk that depends on the filters. */
import { byId, el, fill, linked } from "./dom.js";
import { besideSatisfied, tile } from "./figures.js";
import { busiest, gridOf, heatOption } from "./heat.js";
import { showLeague } from "./league.js";
import { answers, dimension, hotspot, insight, nothing, rates } from "./lists.js";
import { Panel } from "./panel.js";
import { DESK } from "./theme.js";
import { treeOption, treeRows } from "./tree.js";
import { behindPoint, hasTrend, trendOption } from "./trend.js";
import { count, percent, shortDate, WEEKDAYS } from "./words.js";

const NOTHING = "这段时间还没有工单";
const panels = {};
/** A panel is made when it is first needed: its section must be shown to have a size. */
const panel = (id, more) => (panels[id] ||= new Panel(id, more));

/** `sort`, `resort(sort)`: of the league; `narrow(name)(value)`: set a filter. */
export function showBoard(data, { sort, resort, narrow }) {
  byId("desk-board").hidden = false;
  byId("desk-words").textContent = data.filters.words;
  byId("desk-compared").textContent = data.filters.comparison_note || "";
  byId("desk-empty").hidden = !data.empty;
  for (const section of document.querySelectorAll("[data-full]")) section.hidden = data.empty;
  fill(byId("desk-hotspots"), data.hotspots.length ? el("ol", {}, data.hotspots.map((one) => hotspot(one))) : nothing("近 28 天没有热点"));
  showOverdue(data.overdue, narrow("department"));
  if (data.empty) return;
  fill(byId("desk-tiles"), data.tiles.map((figure) => tile(figure, { extra: besideSatisfied(figure, data.tiles) })));
  fill(byId("desk-insights"), data.insights.length ? el("ul", {}, data.insights.map(insight)) : nothing("目前没有要提醒的"));
  fill(byId("desk-dimensions"), data.dimensions.map((one) => dimension(one, { pick: narrow("dimension") })));
  byId("desk-dimensions-note").textContent = data.dimensions_note || "";
  byId("desk-league-note").textContent = data.league.note || "";
  showLeague(byId("desk-league"), data.league, sort, { resort, pick: narrow("department") });
  showCharts(data);
  fill(byId("desk-rates"), rates(data.satisfaction));
  fill(byId("desk-answers"), answers(data.satisfaction));
  fill(byId("desk-comments"), data.satisfaction.comments.length ? el("ul", {}, data.satisfaction.comments.map(comment)) : nothing("这段时间没有人留言"));
}

function showCharts({ trend, tree, heat }) {
  if (hasTrend(trend)) {
    const rows = trend.points.filter((point) => !point.future).map((point) => [point.kind_words ? `${point.label}（${point.kind_words}）` : point.label, ...trend.figures.map((figure) => ({ text: count(point.values[figure.code]), url: point.values[figure.code] ? behindPoint(figure, point) : null }))]);
    panel("desk-trend").draw(trendOption(trend, DESK), "受理和办结的走势", [trend.unit === "month" ? "月份" : "日期", ...trend.figures.map((figure) => figure.name)], rows);
  } else panel("desk-trend").nothing(NOTHING);

  if (tree.length) {
    const rows = treeRows(tree).map((one) => [one.depth ? `　${one.name}` : one.name, { text: count(one.value), url: one.behind }, percent(one.share)]);
    panel("desk-tree", { pick: openLeaf }).draw(treeOption(tree, DESK, { drill: true }), `分类构成，最多的是${tree[0].name}（${count(tree[0].value)} 件）`, ["分类", "受理量", "占比"], rows);
  } else panel("desk-tree").nothing(NOTHING);

  byId("desk-heat-words").textContent = busiest(heat);
  if (heat.total) {
    const grid = gridOf(heat);
    const rows = Array.from({ length: 24 }, (_one, hour) => [`${hour}:00`, ...grid.map((day) => count(day[hour]))]);
    panel("desk-heat").draw(heatOption(grid, DESK, { numbers: byId("desk-heat").clientWidth > 560 }), `每周各时段的${heat.name}，${busiest(heat)}`, ["时间", ...WEEKDAYS], rows);
  } else panel("desk-heat").nothing(NOTHING);
}

/** A kind opens in the chart; a single matter leads to its tickets. */
function openLeaf(event) {
  const { data } = event;
  if (data?.url && !data.children?.length) window.location.assign(data.url);
}

function showOverdue(overdue, pick) {
  fill(byId("desk-overdue-count"), overdue.count ? linked(`${count(overdue.count)} 件`, overdue.behind, { class: "ck-bad" }) : null);
  if (!overdue.count) {
    fill(byId("desk-overdue"), nothing("没有超期的工单"));
    return;
  }
  const owner = (one) => el("li", {}, el("button", { type: "button", class: "ck-pick", click: () => pick(one.id), "aria-label": `只看${one.name}` }, one.name), " ", linked(`${count(one.count)} 件`, one.behind));
  const row = (one) =>
    el(
      "li",
      { class: "desk-late" },
      el("p", { class: "ck-line" }, linked(one.title || one.number, one.behind, { class: "ck-name", title: one.title }), el("b", { class: "ck-bad" }, one.days_text)),
      el("p", { class: "ck-soft" }, [one.number, one.grid, one.department, one.status].filter(Boolean).join(" · ")),
    );
  fill(byId("desk-overdue"), el("ul", { class: "desk-owners" }, overdue.by_department.map(owner)), el("ol", { class: "desk-lates" }, overdue.rows.map(row)), overdue.note ? el("p", { class: "ck-soft" }, overdue.note) : null);
}

const comment = (one) =>
  el(
    "li",
    { class: "desk-comment" },
    el("p", {}, el("b", { class: one.solved ? "ck-good" : "ck-bad" }, `${one.score} 分 ${one.solved ? "✓ 已解决" : "✗ 未解决"}`), " ", linked(one.text, one.behind)),
    el("p", { class: "ck-soft" }, [shortDate(one.at), one.category, one.department].filter(Boolean).join(" · ")),
  );
