/* What the pages of 便民服务 say and draw alike. */

import { el, icon } from "../core/ui.js";

/** The icon of each dimension. */
export const ICONS = {
  culture: "building-library",
  education: "academic-cap",
  recreation: "musical-note",
  health: "heart",
  care: "home-modern",
  travel: "truck",
  convenience: "building-storefront",
  safety: "shield-check",
};

/** 80 → "80米", 1530 → "1.5公里"; "" without a distance. */
export function distanceWords(metres) {
  if (metres === null || metres === undefined) {
    return "";
  }
  return metres < 1000 ? `${Math.max(10, Math.round(metres / 10) * 10)}米` : `${(metres / 1000).toFixed(1)}公里`;
}

/** A mark for what was invented for a demonstration. */
export function exampleMark(row) {
  return row.is_example ? el("span", { class: "chip chip-example", text: "示例" }) : null;
}

/** Whether "open now" in an answer still holds: it is of this minute or the one before. */
export function isFresh({ fresh, at }) {
  return fresh || Date.now() - at < 120000;
}

/** Open or not. A kept copy says nothing: what was open then may be closed now. */
export function stateLine(row, fresh) {
  const { code, text } = row.open_state;
  if (!fresh || !text) {
    return null;
  }
  return el("span", { class: `guide-state guide-state-${code}`, text });
}

/** Where it is, and how far. */
export function placeLine(row) {
  const words = [distanceWords(row.distance_m), row.address].filter(Boolean).join(" · ");
  return words ? el("span", { class: "hint", text: words }) : null;
}

/** A big button that dials. */
export function callButton(phone, { kind = "primary" } = {}) {
  return el(
    "a",
    { class: `btn btn-${kind} btn-block guide-call`, href: `tel:${phone.dial}` },
    icon("phone"),
    el("span", { text: phone.name || "拨打电话" }),
    el("span", { class: "guide-number", text: phone.number }),
  );
}
