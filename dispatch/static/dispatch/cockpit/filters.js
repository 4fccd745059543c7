/* The form of the desk: it shows what the address says and changes the address, nothing else. */
import { byId, el, fill } from "./dom.js";
import { go, read } from "./address.js";

const NAMES = { category: "分类", department: "单位", grid: "网格", dimension: "维度" };
const MONTH = "month";

/** @param {() => void} changed what to do when the address was changed here */
export class Filters {
  constructor(choices, changed) {
    Object.assign(this, { choices, changed });
    this.form = byId("desk-filters");
    this.#offer();
    this.form.addEventListener("change", (event) => this.#picked(event.target));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    byId("desk-chips").addEventListener("click", (event) => event.target.closest("button") && this.#drop(event.target.closest("button").dataset.name));
    for (const which of ["earlier", "later"]) byId(`desk-${which}`).addEventListener("click", () => this.#step(which));
  }

  #offer() {
    const { categories, departments, grids, dimensions, periods } = this.choices;
    const option = (value, text) => el("option", { value }, text);
    const select = (name, all, options) => fill(this.form.elements[name], option("", all), options);
    fill(this.form.elements.period, periods.map(([value, text]) => option(value, text)));
    select("category", "全部分类", categories.map((one) => option(one.id, one.parent ? `　${one.name}` : one.name)));
    select("department", "全部单位", departments.map((one) => option(one.id, one.name)));
    const villages = [...new Set(grids.map((one) => one.village))];
    select("grid", "全部网格", villages.map((village) => el("optgroup", { label: village || "其他" }, grids.filter((one) => one.village === village).map((one) => option(one.id, one.name)))));
    select("dimension", "全部维度", dimensions.map((one) => option(one.code, one.name)));
  }

  /** Show what the address says; `echo` is how the server understood it. */
  show(echo = null) {
    const now = read();
    const field = (name, value) => {
      this.form.elements[name].value = value || "";
    };
    field("period", now.period || echo?.period || MONTH);
    for (const name of ["date", "first", "last"]) field(name, now[name] || echo?.[name]);
    for (const name of Object.keys(NAMES)) field(name, now[name]);
    const custom = (now.period || echo?.period) === "custom";
    byId("desk-range").hidden = !custom;
    byId("desk-day").hidden = custom;
    Object.assign(this, { echo: echo || this.echo });
    if (echo) {
      byId("desk-earlier").disabled = custom || !echo.earlier;
      byId("desk-later").disabled = custom || !echo.later;
    }
    this.#chips(now);
  }

  #chips(now) {
    const set = Object.keys(NAMES).filter((name) => now[name]);
    const chip = (name) => {
      const text = this.#nameOf(name, now[name]);
      return el("button", { type: "button", class: "desk-chip", data: { name }, "aria-label": `去掉筛选：${NAMES[name]} ${text}` }, `${NAMES[name]}：${text}`, el("span", { "aria-hidden": "true" }, " ✕"));
    };
    fill(byId("desk-chips"), set.map(chip), set.length > 1 ? el("button", { type: "button", class: "desk-chip desk-chip-all", data: { name: "*" } }, "清除全部筛选") : null);
    byId("desk-chosen").textContent = set.length ? `（已选 ${set.length} 项）` : "";
  }

  #nameOf(name, value) {
    const lists = { category: "categories", department: "departments", grid: "grids", dimension: "dimensions" };
    const found = this.choices[lists[name]].find((one) => String(one.id ?? one.code) === value);
    return found ? found.name : value;
  }

  #drop(name) {
    this.to(Object.fromEntries((name === "*" ? Object.keys(NAMES) : [name]).map((one) => [one, ""])));
    byId("desk-filters").querySelector("select").focus({ preventScroll: true });
  }

  #picked(field) {
    const { name, value } = field;
    if (name === "period" && value === "custom") {
      this.to({ period: value, first: this.echo?.first || "", last: this.echo?.last || "" });
    } else if (field.checkValidity() && (value || !["date", "first", "last"].includes(name))) {
      this.to({ [name]: value });
    }
  }

  /** The server says which period comes before and after the one shown. */
  #step(which) {
    const given = this.echo?.[which];
    if (given) this.to(Object.fromEntries(["period", "date"].map((name) => [name, new URLSearchParams(given).get(name) || ""])));
  }

  to(changes) {
    if (go(changes)) this.changed();
  }
}
