/* Departments side by side: a table with bars, bases and places; a small base is neither ranked nor hidden. */
import { el, fill } from "./dom.js";
import { bar, baseOf, smallMark, valueOf } from "./figures.js";
import { nothing } from "./lists.js";
import { why } from "./tips.js";
import { count, DASH } from "./words.js";

const BEST = 3;

/** `sort` is `code` or `-code` (from small to large); `resort(sort)` when a head is pressed. */
export function showLeague(box, league, sort, { resort, pick }) {
  if (!league.rows.length) {
    fill(box, nothing("这段时间还没有派给单位的工单"));
    return;
  }
  const chosen = chosenColumn(league, sort);
  const up = sort?.startsWith("-") && chosen;
  const head = (column) => {
    const on = column === chosen;
    const press = () => resort(on && !up ? `-${column.code}` : column.code);
    const mark = on ? (up ? " ▲" : " ▼") : "";
    const title = column.sortable === false ? column.name : el("button", { type: "button", class: "desk-sort", click: press }, column.name, el("span", { "aria-hidden": "true" }, mark));
    return el("th", { scope: "col", "aria-sort": on ? (up ? "ascending" : "descending") : "none" }, title, why(column.name, column.explanation));
  };
  const row = (one) => el("tr", { data: { id: one.id } }, el("th", { scope: "row" }, el("button", { type: "button", class: "ck-pick", click: () => pick(one.id), title: one.name, "aria-label": `只看${one.name}` }, one.name)), league.columns.map((column) => cell(one.cells[column.code], column)));
  const sheet = el("table", { class: "ck-table desk-league" }, el("caption", { class: "ck-sr" }, "单位排名"), el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "单位"), league.columns.map(head))), el("tbody", {}, sorted(league.rows, chosen, up).map(row)));
  fill(box, sheet);
}

const chosenColumn = (league, sort) => league.columns.find((one) => one.code === sort?.replace(/^-/, "")) || null;

/** What is not known stays below, whichever way the rest is sorted; so do small bases in a ranked column. */
export function sorted(rows, column, up) {
  if (!column) return rows;
  const known = (row) => {
    const figure = row.cells[column.code];
    return figure && figure.value !== null ? (column.good && figure.small ? 1 : 2) : 0;
  };
  const value = (row) => row.cells[column.code]?.value ?? 0;
  return [...rows].sort((one, other) => known(other) - known(one) || (up ? value(one) - value(other) : value(other) - value(one)));
}

function cell(figure, column) {
  if (!figure || figure.value === null) return el("td", {}, DASH);
  const rank = column.good && figure.rank && figure.rank <= BEST ? el("span", { class: "desk-rank", title: `第 ${figure.rank} 名` }, `第${count(figure.rank)}`) : null;
  return el("td", { class: figure.small ? "ck-small" : "" }, el("span", { class: "ck-cell" }, rank, valueOf(figure)), bar(figure), el("span", { class: "desk-under" }, baseOf(figure), smallMark(figure)));
}
