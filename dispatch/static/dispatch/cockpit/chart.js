/* A chart in a panel: drawn when there is something to draw, said in words when there is not. */
import { el, fill } from "./dom.js";

const quiet = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * One drawing area. `draw(option, words)` shows a chart, `nothing(text)` a sentence instead of empty axes.
 *
 * The SVG renderer keeps letters crisp at any scale of the wall, and tips are drawn rather than written as
 * HTML: a name can never become markup, and the page's policy needs no inline style.
 */
export class Chart {
  constructor(box, theme, { scale = () => 1, pick = null } = {}) {
    Object.assign(this, { box, theme, scale, pick, view: null, built: null });
    this.canvas = el("div", { class: "ck-canvas" });
    this.empty = el("p", { class: "ck-nothing", hidden: true });
    fill(box, this.canvas, this.empty);
    new ResizeObserver(() => this.#resized()).observe(box);
  }

  /** `build(scale)` → an ECharts option; `words`: what a screen reader says instead. */
  draw(build, words) {
    Object.assign(this, { built: build });
    this.empty.hidden = true;
    this.canvas.hidden = false;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", words);
    this.#open();
    if (this.view) this.view.setOption(this.#complete(build(this.scale())), true);
  }

  nothing(text) {
    this.built = null;
    this.view?.dispose();
    this.view = null;
    this.canvas.hidden = true;
    this.empty.textContent = text;
    this.empty.hidden = false;
  }

  #open() {
    if (this.view || !this.canvas.clientWidth || !this.canvas.clientHeight) return;
    this.view = window.echarts.init(this.canvas, null, { renderer: "svg" });
    if (this.pick) this.view.on("click", (event) => this.pick(event));
  }

  #resized() {
    if (!this.built) return;
    const fresh = !this.view;
    this.#open();
    if (!this.view) return;
    if (!fresh) this.view.resize();
    this.view.setOption(this.#complete(this.built(this.scale())), true);
  }

  #complete(option) {
    const { theme } = this;
    const size = this.scale();
    return {
      animation: !quiet(),
      animationDuration: 300,
      animationDurationUpdate: 300,
      textStyle: { fontFamily: theme.font, color: theme.text, fontSize: 12 * size },
      ...option,
      tooltip: option.tooltip && {
        renderMode: "richText",
        confine: true,
        backgroundColor: theme.dark ? "#0b1220" : "#14213a",
        borderColor: theme.line,
        textStyle: { color: "#ffffff", fontFamily: theme.font, fontSize: 13 * size },
        ...option.tooltip,
      },
    };
  }
}

/** An axis that whispers. */
export function axis(theme, size, more = {}) {
  const { axisLabel = {}, ...rest } = more;
  return {
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    splitLine: { show: rest.type === "value", lineStyle: { color: theme.line } },
    ...rest,
    axisLabel: { color: theme.soft, fontFamily: theme.font, fontSize: 12 * size, hideOverlap: true, ...axisLabel },
  };
}

/** A table with the numbers of a chart. `rows`: cells are text, `{text, url}` or nodes; the first is the row's name. */
export function table(caption, heads, rows) {
  const cell = (value, index) => {
    const inner = value && value.text !== undefined && !(value instanceof Node) ? (value.url ? el("a", { href: value.url }, value.text) : value.text) : value;
    return index === 0 ? el("th", { scope: "row" }, inner) : el("td", {}, inner);
  };
  return el(
    "table",
    { class: "ck-table" },
    el("caption", { class: "ck-sr" }, caption),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map(cell)))),
  );
}
