/* Before sending: has somebody told of this already? Joining is worth more than another report. */

import { api } from "../core/api.js";
import { $, agoWords, dialog, el, icon } from "../core/ui.js";

const PATIENCE_MS = 4_000; // on a bad line nobody waits for a question that need not be asked
const TEXT_LENGTH = 200;

/* The open public cases near by; none when the line is too bad to say. */
export async function casesNear(draft) {
  const { location, category, text } = draft;
  if (!location || location.source === "text" || !navigator.onLine) return [];
  try {
    const { items } = await api("/reports/nearby", {
      auth: "none",
      timeout: PATIENCE_MS,
      query: { lat: location.lat, lng: location.lng, coord_type: location.coord_type, category, text: text.slice(0, TEXT_LENGTH) },
    });
    return items;
  } catch {
    return [];
  }
}

/* A case that is already public, by number; null when it is not there (any more). */
export async function publicCase(number) {
  try {
    return await api(`/public/reports/${encodeURIComponent(number)}`, { auth: "none" });
  } catch {
    return null;
  }
}

export function titleOf(item) {
  return item.summary || (item.category ? item.category.name : "附近的问题");
}

/* Let choose: {join: number} or {join: ""} (another thing), null to stay on the form. */
export async function askWhichCase(items) {
  let join = "";
  const list = el("ul", { class: "list near-list" });
  const answer = dialog({
    title: "附近有人报过，是同一件事吗？",
    sheet: true,
    content: [el("p", { class: "hint", text: "是同一件就点“我也遇到”，您的话和照片会并到那一件里，办结时也会告诉您。" }), list],
    buttons: [
      { text: "都不是，照样发送", value: "other", kind: "primary" },
    ],
  });
  const box = list.closest("dialog");
  for (const item of items) {
    const choose = () => {
      join = item.number;
      $(".dialog-foot button", box).click();
    };
    list.append(
      el(
        "li",
        { class: "row near-row" },
        near(item),
        el("button", { class: "btn btn-plain near-join", type: "button", onclick: choose, "aria-label": `我也遇到：${titleOf(item)}` }, icon("hand-raised"), el("span", { text: "我也遇到" })),
      ),
    );
  }
  return (await answer) === null ? null : { join };
}

function near(item) {
  const facts = [`约 ${item.distance_m} 米`, agoWords(item.submitted_at), item.status.label].filter(Boolean).join(" · ");
  return el("div", { class: "row-main" }, el("span", { class: "row-title", text: titleOf(item) }), el("span", { class: "row-hint", text: facts }));
}
