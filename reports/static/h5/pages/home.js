/* Home: what is not yet sent, the latest case of whoever has one, and the sheet at the first use. */

import { ready } from "../core/app.js";
import { api, currentSession } from "../core/api.js";
import { firstUse } from "../core/consent.js";
import { listDrafts, watch } from "../core/db.js";
import { describeDraft } from "../core/sender.js";
import { $, agoWords, config, el, fill, icon, statusChip } from "../core/ui.js";
import { promiseWords } from "../case/words.js";

const SHOWN_DRAFTS = 2;

function draftCard(draft) {
  const told = describeDraft(draft);
  return el(
    "a",
    { class: `card card-link line ${told.tone === "warn" ? "card-warn" : "card-info"}`, href: told.href },
    icon(draft.state === "editing" ? "pencil-square" : "cloud-arrow-up"),
    el("span", { class: "row-main" }, el("span", { class: "row-title clamp", text: told.title }), el("span", { class: "row-hint", text: told.words })),
    icon("chevron-right"),
  );
}

async function showDrafts() {
  const drafts = (await listDrafts()).filter((draft) => draft.state !== "sent");
  const box = $("#home-drafts");
  const more = drafts.length - SHOWN_DRAFTS;
  fill(
    box,
    drafts.slice(0, SHOWN_DRAFTS).map(draftCard),
    more > 0 ? el("a", { class: "btn btn-plain btn-block", href: config.urls.mine, text: `还有${more}件没有发出` }) : null,
  );
  box.hidden = drafts.length === 0;
}

function latestCard(report) {
  const due = report.due_at && promiseWords(report);
  return el(
    "a",
    { class: "card card-link", href: `${config.cases}${encodeURIComponent(report.number)}` },
    el("p", { class: "line line-apart" }, statusChip(report.status), el("span", { class: "fine", text: agoWords(report.submitted_at) })),
    el("p", { class: "clamp", text: report.text }),
    due ? el("p", { class: `hint ${due.late ? "bad" : ""}`, text: due.note ? `${due.text}，${due.note}` : due.text }) : null,
  );
}

async function showLatest() {
  if (!(await currentSession())) {
    return;
  }
  try {
    const page = await api("/reports", { auth: "try", query: { limit: 1 } });
    if (page.items.length) {
      fill($("#home-latest-body"), latestCard(page.items[0]));
      $("#home-latest").hidden = false;
    }
  } catch {
    // Home stays useful without it; 进度 says what is wrong.
  }
}

async function start() {
  await showDrafts();
  watch(({ type }) => {
    if (type !== "progress") {
      showDrafts();
    }
  });
  await ready;
  await showLatest();
  await firstUse();
}

start();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    showDrafts();
    showLatest();
  }
});
