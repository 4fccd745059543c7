/* A panel of the desk with a chart and the same numbers as a table: one of the two is shown. */
import { Chart, table } from "./chart.js";
import { byId, el, fill } from "./dom.js";
import { DESK } from "./theme.js";

const SIZE = 1.08;

export class Panel {
  /** `id` of the drawing area; its section gets a button 看表格. */
  constructor(id, { pick = null } = {}) {
    this.box = byId(id);
    this.sheet = el("div", { class: "ck-scroll", id: `${id}-table`, tabindex: "0", role: "region", "aria-label": `${this.#title()}（表格）`, hidden: true });
    this.button = el("button", { type: "button", class: "desk-swap", "aria-expanded": "false", "aria-controls": `${id}-table`, click: () => this.#swap() }, "看表格");
    this.box.after(this.sheet);
    this.box.closest("section").querySelector("h2").after(this.button);
    this.chart = new Chart(this.box, DESK, { scale: () => SIZE, pick });
  }

  #title() {
    return this.box.closest("section").querySelector("h2").firstChild.textContent.trim();
  }

  #swap() {
    const open = this.sheet.hidden;
    this.sheet.hidden = !open;
    this.box.hidden = open;
    this.button.setAttribute("aria-expanded", String(open));
    this.button.textContent = open ? "看图" : "看表格";
  }

  draw(build, words, heads, rows) {
    this.button.hidden = false;
    this.chart.draw(build, words);
    fill(this.sheet, table(this.#title(), heads, rows));
  }

  nothing(text) {
    if (!this.sheet.hidden) this.#swap();
    this.button.hidden = true;
    this.chart.nothing(text);
    fill(this.sheet);
  }
}
