/* The grids of the township, drawn from their outlines: no tiles, no net. */
import { classes, classOf, inkOn } from "./theme.js";
import { count, DASH, tenth } from "./words.js";

const NAME = "township";
const RATES = new Set(["per_1000"]);

/** Value of a measure as text, with a dash where it is not known (no population). */
export const shown = (measure, value) => (RATES.has(measure) ? tenth(value) : count(value));

/** Legend classes of a measure over the grids. */
export function mapClasses(grids, measure, theme) {
  const most = Math.max(0, ...grids.map((grid) => grid[measure] ?? 0));
  return classes(most, theme.ramps[measure], { whole: !RATES.has(measure) });
}

/** Tell ECharts the outlines of the server's FeatureCollection; a grid goes by its id. */
export function registerGrids(answer) {
  const features = answer.features.map(({ geometry, properties }) => ({ type: "Feature", geometry, properties: { name: String(properties.id) } }));
  window.echarts.registerMap(NAME, { type: "FeatureCollection", features });
}

/** `grids`: the properties of the features, each with its number; `chosen`, an id, has its name too. */
export function mapOption(grids, measure, measures, theme, { chosen = null } = {}) {
  return (size) => {
    const found = mapClasses(grids, measure, theme);
    const byId = new Map(grids.map((grid) => [String(grid.id), grid]));
    return {
      tooltip: { formatter: (point) => tip(byId.get(point.name), measures) },
      series: [
        {
          type: "map",
          map: NAME,
          roam: false,
          selectedMode: false,
          // A degree of longitude is shorter than one of latitude this far north.
          aspectScale: 0.86,
          left: 4,
          right: 4,
          top: 4,
          bottom: 4,
          preserveAspect: "contain",
          data: grids.map((grid) => region(grid, measure, found, theme, { size, chosen })),
          label: { show: true, fontFamily: theme.font, fontSize: 12 * size },
          labelLayout: { hideOverlap: true },
          emphasis: { label: { show: true }, itemStyle: { areaColor: null, borderColor: theme.text, borderWidth: 2.5 * size } },
        },
      ],
    };
  };
}

function region(grid, measure, found, theme, { size, chosen }) {
  const own = classOf(grid[measure], found);
  const known = grid[measure] !== null && grid[measure] !== undefined;
  const colour = own && grid[measure] > 0 ? own.color : theme.unknown;
  const picked = chosen === grid.id;
  const text = picked ? `${grid.name}\n${shown(measure, grid[measure])}` : shown(measure, grid[measure]);
  const border = picked ? { borderColor: theme.series[1], borderWidth: 4 * size } : { borderColor: theme.dark ? "#8fa3c7" : "#6b7a94", borderWidth: 1 * size };
  return {
    name: String(grid.id),
    value: known ? grid[measure] : undefined,
    itemStyle: { areaColor: colour, borderType: known ? "solid" : "dashed", ...border },
    label: { formatter: text, color: inkOn(colour), fontWeight: picked ? 700 : 400 },
    emphasis: { itemStyle: { areaColor: colour }, label: { color: inkOn(colour) } },
  };
}

function tip(grid, measures) {
  if (!grid) return "";
  const lines = measures.map(({ code, name }) => `${name}  ${code === "per_1000" ? grid.per_1000_words || DASH : `${count(grid[code])} 件`}`);
  return [grid.name, ...lines].join("\n");
}

/** What the map says to who cannot see it. */
export function mapWords(grids, measure, name) {
  const top = grids.reduce((best, grid) => ((grid[measure] ?? 0) > (best?.[measure] ?? 0) ? grid : best), null);
  return `网格地图：${count(grids.length)} 个网格，按${name}着色${top ? `，最多的是${top.name}（${shown(measure, top[measure])}）` : ""}`;
}
