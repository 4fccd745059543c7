/* How a bulletin is told in a line. */

import { agoWords, config, el, icon } from "../core/ui.js";

/** The page of one bulletin. */
export const bulletinPath = (row) => `${config.urls.bulletins}${row.id}`;

/** 紧急, 置顶, 示例. */
export function marks(row) {
  return [
    row.urgent ? el("span", { class: "chip chip-urgent", text: "紧急" }) : null,
    row.pinned ? el("span", { class: "chip chip-pinned", text: "置顶" }) : null,
    row.is_example ? el("span", { class: "chip chip-example", text: "示例" }) : null,
  ].filter(Boolean);
}

/** Who says so, when, for where. */
export function metaLine(row) {
  const where = row.areas.length ? `范围：${row.areas.slice(0, 2).join("、")}${row.areas.length > 2 ? `等${row.areas.length}个网格` : ""}` : "";
  return el("span", { class: "fine bulletin-meta" }, [row.source, agoWords(row.publish_at), where].filter(Boolean).map((text) => el("span", { text })));
}

/** The strip at the top of the first page. */
export function banner(row) {
  return el(
    "a",
    { class: "card card-link card-bad line bulletin-strip", href: bulletinPath(row) },
    icon("megaphone"),
    el("span", { class: "row-main" }, el("strong", { class: "row-title", text: `紧急：${row.title}` }), el("span", { class: "row-hint clamp", text: row.opening })),
    icon("chevron-right"),
  );
}
