/* The trend: figures by day or month, with holidays, make-up days and dashes of their own. */
import { axis } from "./chart.js";
import { DASHES, SYMBOLS } from "./theme.js";
import { count } from "./words.js";

const MANY_POINTS = 45;
const MARKED = new Set(["holiday", "makeup", "closure"]);

const passed = (trend) => trend.points.filter((point) => !point.future);

/** Whether there is anything to draw. */
export const hasTrend = (trend) => Boolean(trend) && passed(trend).some((point) => Object.values(point.values).some(Boolean));

/** `trend` as the server gives it; days still to come keep their place and have no value. */
export function trendOption(trend, theme) {
  return (size) => {
    const names = trend.figures.map((figure) => figure.name);
    const lone = passed(trend).length === 1;
    return {
      color: theme.series,
      grid: { left: 6 * size, right: 18 * size, top: 34 * size, bottom: 4 * size, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 28 * size, itemHeight: 9 * size, textStyle: { color: theme.text, fontSize: 12 * size, fontFamily: theme.font }, data: names },
      tooltip: { trigger: "axis", formatter: (points) => tip(trend, trend.points[points[0].dataIndex]) },
      xAxis: axis(theme, size, { type: "category", data: trend.points.map((point) => point.label), boundaryGap: trend.points.length < 4 || trend.points.some(isMarked) }),
      yAxis: axis(theme, size, { type: "value", minInterval: 1, min: 0, axisLabel: { formatter: count } }),
      series: trend.figures.map((figure, index) => ({
        type: "line",
        name: figure.name,
        data: trend.points.map((point) => (point.future ? null : point.values[figure.code])),
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: (lone ? 12 : 7) * size,
        showSymbol: lone || trend.points.length <= MANY_POINTS,
        lineStyle: { type: DASHES[index % DASHES.length], width: 2.5 * size },
        markArea: index === 0 ? bands(trend.points, theme, size) : undefined,
      })),
    };
  };
}

const isMarked = (point) => MARKED.has(point.kind);
/** A holiday says its name, a make-up day 班, a closure its word. */
const wordOf = (point) => (point.kind === "makeup" ? "班" : point.name || point.kind_words);

function tip(trend, point) {
  const head = point.kind_words ? `${point.label}（${point.kind_words}）` : point.label;
  if (point.future) return `${head}\n还没有到`;
  return [head, ...trend.figures.map((figure) => `${figure.name}  ${count(point.values[figure.code])}`)].join("\n");
}

/** Runs of equal marks become one band; what is a day off and what is a day of work differ in edge and word. */
function bands(points, theme, size) {
  const found = [];
  for (const [at, point] of points.entries()) {
    if (!isMarked(point)) continue;
    const last = found.at(-1);
    if (last && last.to === at - 1 && last.word === wordOf(point)) last.to = at;
    else found.push({ from: at, to: at, word: wordOf(point), works: point.kind === "makeup" });
  }
  if (!found.length) return undefined;
  const label = { show: true, position: "insideTop", color: theme.text, fontSize: 11 * size, fontFamily: theme.font };
  return {
    silent: true,
    data: found.map(({ from, to, word, works }) => [
      { name: word, xAxis: from, label, itemStyle: { color: works ? theme.workday : theme.holiday, borderColor: theme.soft, borderWidth: 1, borderType: works ? "dashed" : "solid" } },
      { xAxis: to },
    ]),
  };
}

/** Put a point's days into the address behind a figure. */
export const behindPoint = (figure, point) => figure.behind?.replace("{first}", point.first).replace("{last}", point.last) || null;
