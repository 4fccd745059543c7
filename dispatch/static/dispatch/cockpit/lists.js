/* What both screens list in words: hotspots, insights, events, satisfaction, dimensions. */
import { el, linked } from "./dom.js";
import { baseOf, besideSatisfied, smallMark, textOf, valueOf } from "./figures.js";
import { why } from "./tips.js";
import { count, percent } from "./words.js";

const TREND_ARROWS = { rising: "▲ ", falling: "▼ " };
const TONES = { warning: "⚠", danger: "⚠", good: "✓", success: "✓" };

/** A sentence instead of an empty list. */
export const nothing = (text) => el("p", { class: "ck-nothing" }, text);

/** `own`: say the place and kind only, not in residents' words (a wall hangs where everybody reads it). */
export function hotspot(one, { own = false } = {}) {
  const name = own ? [one.place, one.category].filter(Boolean).join(" ") || one.text : one.text;
  const trend = el("span", { class: `ck-trend ck-trend-${one.trend}` }, el("span", { "aria-hidden": "true" }, TREND_ARROWS[one.trend] || ""), own ? one.trend_text.split("，")[0] : one.trend_text);
  if (own) return el("li", { class: "ck-hotspot ck-line" }, linked(name, one.behind, { class: "ck-name", title: name }), el("span", { class: "ck-soft" }, `近 7 天 ${count(one.recent)} 人，上周 ${count(one.previous)}`), trend);
  const numbers = `近 7 天 ${count(one.recent)} 人，上周 ${count(one.previous)} 人`;
  return el(
    "li",
    { class: "ck-hotspot" },
    el("p", { class: "ck-line" }, linked(name, one.behind, { class: "ck-name", title: name }), trend),
    el("p", { class: "ck-soft" }, one.growth_text ? `${numbers} · ${one.growth_text}` : numbers),
  );
}

export function insight(one) {
  return el("li", { class: `ck-insight ck-insight-${one.tone || "plain"}` }, el("span", { class: "ck-icon", "aria-hidden": "true" }, TONES[one.tone] || "•"), linked(one.text, one.behind));
}

/** One event of today; its text comes ready from the server and names nobody. */
export function happening(one, { fresh = false } = {}) {
  const rest = one.text.startsWith(one.time) ? one.text.slice(one.time.length).trim() : one.text;
  return el("li", { class: fresh ? "ck-event ck-event-new" : "ck-event", data: { id: one.id } }, el("time", { datetime: one.at }, one.time), el("span", {}, rest));
}

const BRIEF = { in_hand: "在办", on_time_rate: "按期", finished_on_time_rate: "按期", satisfied_rate: "满意" };

/** The seven dimensions and 平安: one tile each, its figures below one another. */
export function dimension(one, { pick = null, brief = false } = {}) {
  const name = pick ? el("button", { type: "button", class: "ck-pick", click: () => pick(one.code), "aria-label": `只看“${one.name}”` }, one.name) : one.name;
  const [first, ...rest] = one.figures;
  return el(
    "div",
    { class: "ck-dimension", data: { code: one.code } },
    el("h3", {}, name),
    first ? el("p", { class: "ck-value" }, valueOf(first, { "aria-label": `${one.name} ${first.name} ${textOf(first)}` })) : null,
    first ? el("p", { class: "ck-soft" }, first.name, why(`${one.name} ${first.name}`, first.explanation)) : null,
    el("dl", {}, rest.map((figure) => [el("dt", {}, brief ? BRIEF[figure.code] || figure.name : figure.name), el("dd", { class: figure.small && figure.value !== null ? "ck-thin" : "" }, valueOf(figure), smallMark(figure) && el("span", { class: "ck-few", title: `只有 ${count(figure.base)} 件` }, "少"))])),
  );
}

const PARTS = { satisfied: "ck-part-good", unsatisfied: "ck-part-bad", unrated: "ck-part-none" };

/** Satisfied, not satisfied, no answer: one bar whose parts are named and patterned. */
export function answers(one, { brief = false } = {}) {
  const parts = [...one.parts, one.unrated].filter((part) => part && part.value > 0);
  if (!parts.length) return nothing("这段时间还没有办结的工单，没有评价");
  return [
    el("div", { class: "ck-stack", "aria-hidden": "true" }, parts.map((part) => el("i", { class: PARTS[part.code] || "", style: { "flex-grow": String(part.value) } }))),
    el("ul", { class: "ck-stack-names" }, parts.map((part) => el("li", { class: `ck-part ${PARTS[part.code] || ""}` }, brief ? part.name.split("（")[0] : part.name, " ", linked(`${count(part.value)} 件`, part.behind), ` ${percent(part.share)}`))),
  ];
}

/** The rates about answers, each with what it is a share of. */
export const rates = (one) =>
  one.figures.map((figure) => el("div", { class: figure.small ? "ck-rate ck-small" : "ck-rate", data: { code: figure.code } }, el("h3", {}, figure.name, why(figure.name, figure.explanation)), el("p", { class: "ck-value" }, valueOf(figure), " ", baseOf(figure), smallMark(figure)), besideSatisfied(figure, one.figures)));

/** Legend of a map: every colour with its range in words, and what the hatched grey is. */
export const legend = (found, unknown) =>
  el("ul", { class: "ck-legend" }, found.map((one) => el("li", {}, el("i", { style: { "background-color": one.color } }), one.label)), unknown ? el("li", {}, el("i", { class: "ck-legend-none" }), unknown) : null);
