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
      grid: { left: 6 * size, right: 18 * size, top: 34 * size, bottom: 4 * size, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 28 * size, itemHeight: 9 * size, textStyle: { color: theme.text, fontSize: 12 * size, fontFamily: theme.font }, data: names },
      tooltip: { trigger: "axis", formatter: (points) => tip(trend, trend.points[points[0].dataIndex]) },
      xAxis: axis(theme, size, { type: "category", data: trend.points.map((point) => point.label), boundaryGap: true }),
      yAxis: [axis(theme, size, { type: "value", minInterval: 1, min: 0, splitNumber: 4, axisLabel: { formatter: count } }), { show: false, min: 0, max: 1 }],
      series: [bands(trend.points, theme, size), ...trend.figures.map((figure, index) => ({
        type: "line",
        name: figure.name,
        data: trend.points.map((point) => (point.future ? null : point.values[figure.code])),
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: (lone ? 12 : 7) * size,
        showSymbol: lone || trend.points.length <= MANY_POINTS,
        lineStyle: { type: DASHES[index % DASHES.length], width: 2.5 * size, color: theme.series[index] },
        itemStyle: { color: theme.series[index] },
      }))],
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

/** Behind the lines: a band on every marked day; days off and days of work differ in edge and word, not in hue alone. */
function bands(points, theme, size) {
  const data = points.map((point, at) => {
    if (!isMarked(point)) return null;
    const works = point.kind === "makeup";
    const begins = at === 0 || wordOf(points[at - 1]) !== wordOf(point) || !isMarked(points[at - 1]);
    const label = { show: begins, formatter: wordOf(point), position: works ? "insideBottom" : "insideTopLeft" };
    return { value: 1, label, itemStyle: { color: works ? theme.workday : theme.holiday, borderColor: works ? theme.soft : "transparent", borderType: "dashed", borderWidth: 1 } };
  });
  const label = { color: theme.text, fontSize: 11 * size, fontFamily: theme.font };
  return { type: "bar", yAxisIndex: 1, barCategoryGap: "0%", silent: true, data, label, labelLayout: { moveOverlap: "shiftX" } };
}

/** Put a point's days into the address behind a figure. */
export const behindPoint = (figure, point) => figure.behind?.replace("{first}", point.first).replace("{last}", point.last) || null;
