/* The tree of categories as areas: how many of what, from kinds to single matters. */
import { inkOn } from "./theme.js";
import { count } from "./words.js";

const SHADES = ["#0b4f8a", "#8a4300", "#045740", "#7a3560", "#3d4f6b", "#5b4a00"];
const NAMED = 5;
const WALL_SHADES = ["#2f7fbd", "#c07a22", "#1f8a6c", "#a8578a", "#5c7396", "#8d7a1c"];

/**
 * `nodes`: `[{code, name, value, url, children: [...]}]`. Areas of one kind share a shade; names and numbers
 * are written into them. `drill`: a click opens a kind, the crumbs lead back.
 */
export function treeOption(nodes, theme, { drill = false } = {}) {
  const named = drill ? nodes : gathered(nodes);
  return (size) => {
    const shades = theme.dark ? WALL_SHADES : SHADES;
    const data = named.filter((node) => node.value > 0).map((node, index) => branch(node, shades[index % shades.length]));
    return {
      tooltip: { formatter: (point) => `${point.name}\n${count(point.value)} 件` },
      series: [
        {
          type: "treemap",
          name: "全部",
          data,
          left: 0,
          right: 0,
          top: 0,
          bottom: drill ? 30 * size : 0,
          roam: false,
          nodeClick: drill ? "zoomToNode" : false,
          leafDepth: 1,
          drillDownIcon: "",
          breadcrumb: { show: drill, left: 0, bottom: 2, height: 24 * size, emptyItemWidth: 60 * size, itemStyle: { color: theme.unknown, borderColor: theme.line, textStyle: { color: theme.text, fontSize: 12 * size } }, emphasis: { itemStyle: { color: theme.line } } },
          itemStyle: { borderColor: theme.panel, gapWidth: 2 * size, borderWidth: 0 },
          label: { show: true, padding: 3 * size, fontSize: 12 * size, lineHeight: 15 * size, fontFamily: theme.font, overflow: drill ? "break" : "truncate", formatter: (point) => `${point.name}\n${count(point.value)}` },
          upperLabel: { show: false },
          levels: [{ itemStyle: { gapWidth: 3 * size } }, { itemStyle: { gapWidth: 2 * size, borderWidth: 0 } }],
        },
      ],
    };
  };
}

function branch(node, shade) {
  const ink = { color: inkOn(shade) };
  return {
    name: node.name,
    value: node.value,
    url: node.behind,
    itemStyle: { color: shade },
    label: ink,
    children: node.children?.length ? node.children.filter((child) => child.value > 0).map((child) => branch(child, shade)) : undefined,
  };
}

/** Without a hand nobody opens a tip: what is too small for its name stands together. */
function gathered(nodes) {
  const known = nodes.filter((node) => node.value > 0).sort((one, other) => other.value - one.value);
  const rest = known.slice(NAMED);
  if (rest.length < 2) return known;
  return [...known.slice(0, NAMED), { name: `其他 ${count(rest.length)} 类`, value: rest.reduce((sum, node) => sum + node.value, 0) }];
}

/** All rows of the tree for its table, kinds before their matters. */
export const treeRows = (nodes) => nodes.flatMap((node) => [{ ...node, depth: 0 }, ...(node.children || []).map((child) => ({ ...child, depth: 1 }))]);
