/* What the first page shows of 公告: a strip for each urgent one, the newest three below. */

import { loadKept } from "../case/kept.js";
import { $, el, fill } from "../core/ui.js";
import { banner, bulletinPath, marks, metaLine } from "./words.js";

const ASKED = 8;
const NEWEST = 3;
const STRIPS = 3;

function line(row) {
  return el(
    "a",
    { class: "row", href: bulletinPath(row) },
    el("span", { class: "row-main" }, el("span", { class: "row-title", text: row.title }), metaLine(row)),
    marks(row)[0] || null,
  );
}

/* Of a kept copy only what is not over yet: a strip of last week's storm would frighten for nothing. */
function draw({ items }) {
  const now = Date.now();
  const current = items.filter((row) => !row.expire_at || Date.parse(row.expire_at) > now);
  const strips = current.filter((row) => row.urgent).slice(0, STRIPS);
  const rest = current.filter((row) => !row.urgent).slice(0, NEWEST);
  fill($("#home-urgent"), strips.map(banner));
  $("#home-urgent").hidden = !strips.length;
  fill($("#home-bulletins-body"), rest.map(line));
  $("#home-bulletins").hidden = !rest.length;
}

/** Load and draw; the first page stays useful without it. */
export async function showBulletins() {
  try {
    await loadKept("/bulletins", { key: "bulletins:home", query: { limit: ASKED }, auth: "none", show: draw });
  } catch {
    // 公告 itself says what is wrong.
  }
}
