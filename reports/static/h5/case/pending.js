/* Reports that are still on this phone: drafts, those waiting for a line, those the server refused. */

import { el, icon } from "../core/ui.js";
import * as db from "../core/db.js";
import { describeDraft } from "../core/sender.js";

const ICONS = { editing: "pencil-square", blocked: "exclamation-triangle" };

/** Return a section with one card each, or null when nothing waits. */
export async function pendingCards() {
  const drafts = (await db.listDrafts()).filter((draft) => draft.state !== "sent");
  if (!drafts.length) {
    return null;
  }
  return el(
    "section",
    { class: "case-pending", "aria-labelledby": "pending-title" },
    el("h2", { id: "pending-title", text: `还在这部手机里（${drafts.length}）` }),
    el("ul", { class: "case-list" }, drafts.map((draft) => el("li", null, card(draft)))),
  );
}

function card(draft) {
  const { title, words, tone, href } = describeDraft(draft);
  return el(
    "a",
    { class: `case-card case-card-${tone}`, href },
    icon(ICONS[draft.state] || "cloud-arrow-up"),
    el("span", { class: "case-card-main" }, el("span", { class: "case-card-text", text: title }), el("span", { class: "hint", text: words })),
  );
}
