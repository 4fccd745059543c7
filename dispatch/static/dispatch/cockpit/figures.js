/* A figure with all that belongs to it: its "?", what it is compared with, how small its base is. */
import { el, linked } from "./dom.js";
import { why } from "./tips.js";
import { count, DASH } from "./words.js";

// What a count is of goes without saying; hours and points do not.
const UNITED = new Set(["hours", "score"]);
const isRate = (figure) => figure.kind === "percent" || figure.kind === "score";
const isKnown = (figure) => figure.value !== null && figure.value !== undefined;

/** How a number reads: with its unit, or a dash where it is not known. */
export function textOf(figure) {
  if (!isKnown(figure)) return DASH;
  if (figure.text) return figure.text;
  return count(figure.value);
}

/** The mark of a rate over fewer than ten: a word, not only a paler colour. */
export const smallMark = (figure) => (figure.small && isKnown(figure) ? el("span", { class: "ck-few", title: `只有 ${count(figure.base)} 件，看个大概` }, "样本少") : null);

/** `93.1%`, a link to what it counts where there is one. */
export function valueOf(figure, attrs = {}) {
  const text = textOf(figure);
  const unit = isKnown(figure) && figure.unit && UNITED.has(figure.kind) && !text.endsWith(figure.unit) ? el("small", {}, ` ${figure.unit}`) : null;
  return linked([text, unit], isKnown(figure) ? figure.behind : null, attrs);
}

/** Which way it went; the sentence beside it says the same. */
const arrowOf = (change) => (change.change > 0 ? "▲ " : change.change < 0 ? "▼ " : "");

/** `▲ 环比 +12 件（上月同期 38 件）`; green or red by which way is better. `brief`: without what it was before. */
export function changeOf(change, { brief = false } = {}) {
  const words = change?.words || change?.change_text;
  if (!words || (brief && !change.change_text)) return null;
  const text = brief ? words.split("（")[0] : words;
  return el("p", { class: `ck-change ck-${change.tone || "plain"}` }, el("span", { "aria-hidden": "true" }, arrowOf(change)), text);
}

/** `共 58 件`: what a rate or a time is about, a link to exactly these. */
export function baseOf(figure) {
  if (!isKnown(figure) || figure.base === null || figure.base === undefined || figure.kind === "count") return null;
  return el("span", { class: "ck-base" }, "共 ", linked(`${count(figure.base)} 件`, figure.behind_base));
}

/** One tile. `brief`: as a wall has room for; `extra`: another line. */
export function tile(figure, { brief = false, extra = null } = {}) {
  return el(
    "div",
    { class: `ck-tile${figure.small ? " ck-small" : ""}`, data: { code: figure.code, none: figure.value === 0 ? "1" : "" } },
    el("h3", {}, figure.name, why(figure.name, figure.explanation)),
    el("p", { class: "ck-value" }, valueOf(figure), " ", baseOf(figure), smallMark(figure)),
    extra,
    changeOf(figure.previous, { brief }),
    brief ? null : changeOf(figure.year),
  );
}

/** A satisfaction rate never stands alone: the share that answered is written beside it. */
export function besideSatisfied(figure, all) {
  if (figure.code !== "satisfied_rate") return null;
  const rating = all.find((one) => one.code === "rating_rate");
  return rating ? el("p", { class: "ck-beside" }, `${rating.name} ${textOf(rating)}`) : null;
}

/** A bar of 0–100 % behind nothing: decoration beside a number that is written out. */
export function bar(figure) {
  if (!isRate(figure) || !isKnown(figure)) return null;
  const share = figure.kind === "score" ? figure.value / 5 : figure.value;
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return el("span", { class: `ck-bar${figure.small ? " ck-bar-few" : ""}`, "aria-hidden": "true" }, el("i", { style: { width } }));
}
