/* The map of the desk: choose what colours it, press a grid, go on to its list. */
import { go, read } from "./address.js";
import { byId, el, fill, linked } from "./dom.js";
import { legend } from "./lists.js";
import { mapClasses, mapOption, mapWords, registerGrids, shown } from "./map.js";
import { Panel } from "./panel.js";
import { DESK } from "./theme.js";

export class GridMap {
  /** `pick(id)`: narrow the whole view to a grid. */
  constructor({ pick }) {
    this.pick = pick;
    this.panel = new Panel("desk-map", { pick: (event) => this.#press(Number(event.name)) });
    this.answer = null;
    this.chosen = null;
  }

  show(answer) {
    this.answer = answer;
    if (answer.features.length) registerGrids(answer);
    this.draw();
  }

  /** The address was changed by the way back. */
  follow() {
    this.chosen = null;
    if (this.answer) this.draw();
  }

  get #grids() {
    return this.answer.features.map((feature) => feature.properties);
  }

  #press(id) {
    this.chosen = this.chosen === id ? null : id;
    this.draw();
  }

  #colour(code) {
    go({ measure: code === this.answer.measures[0].code ? "" : code }, { quiet: true });
    this.draw();
  }

  draw() {
    const grids = this.#grids;
    const { measures, outside } = this.answer;
    const measure = measures.find((one) => one.code === read().measure) || measures[0];
    fill(byId("desk-measures"), measures.map((one) => el("button", { type: "button", "aria-pressed": String(one === measure), click: () => this.#colour(one.code) }, one.name)));
    this.#explain(grids, measure);
    this.#facts(grids, measures);
    if (!grids.length) {
      this.panel.nothing("还没有画网格，请管理员先导入");
      return;
    }
    const chosen = this.chosen ?? (Number(read().grid) || null);
    const rows = [...grids, outside].filter(Boolean).map((grid) => [{ text: grid.name, url: grid.links?.tickets }, ...measures.map(({ code }) => ({ text: shown(code, grid[code]), url: grid[code] ? grid.links?.[code] : null }))]);
    this.panel.draw(mapOption(grids, measure.code, measures, DESK, { chosen }), mapWords(grids, measure.code, measure.name), ["网格", ...measures.map((one) => one.name)], rows);
  }

  #explain(grids, measure) {
    const unknown = grids.some((grid) => grid[measure.code] === null);
    const none = unknown ? "人口未登记" : grids.some((grid) => grid[measure.code] === 0) ? "0" : "";
    fill(byId("desk-legend"), grids.length ? legend(mapClasses(grids, measure.code, DESK), none) : null);
  }

  /** What is known of the grid that was pressed, each number a way to its list. */
  #facts(grids, measures) {
    const grid = grids.find((one) => one.id === this.chosen);
    const { outside } = this.answer;
    if (!grid) {
      const lost = outside && (outside.open || outside.opened) ? el("p", { class: "ck-soft" }, `${outside.name}：在办 `, linked(shown("open", outside.open), outside.links?.open), "，本期受理 ", linked(shown("opened", outside.opened), outside.links?.opened)) : null;
      fill(byId("desk-grid"), grids.length ? el("p", { class: "ck-soft" }, "点一个网格，看它的数字和工单。") : null, lost);
      return;
    }
    const fact = ({ code, name }) => el("li", {}, `${name} `, code === "per_1000" ? grid.per_1000_words : linked(shown(code, grid[code]), grid[code] ? grid.links?.[code] : null, { class: "ck-fact" }));
    fill(
      byId("desk-grid"),
      el("h3", {}, grid.name),
      el("ul", {}, measures.map(fact)),
      el("p", {}, grid.links?.tickets ? el("a", { class: "desk-button", href: grid.links.tickets }, "看这个网格的工单") : null, el("button", { type: "button", class: "desk-button", click: () => this.pick(grid.id) }, "整页只看这个网格")),
    );
  }
}
