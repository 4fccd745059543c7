/* Home: what is not yet sent, the latest case of whoever has one, and the sheet at the first use. */

import { loaded, ready } from "../core/app.js";
import { $, agoWords, config, el, fill, icon, statusChip } from "../core/ui.js";

const SHOWN_DRAFTS = 2;

function draftCard(draft, told) {
  return el(
    "a",
    { class: `card card-link line ${told.tone === "warn" ? "card-warn" : "card-info"}`, href: told.href },
    icon(draft.state === "editing" ? "pencil-square" : "cloud-arrow-up"),
    el("span", { class: "row-main" }, el("span", { class: "row-title clamp", text: told.title }), el("span", { class: "row-hint", text: told.words })),
    icon("chevron-right"),
  );
}

async function showDrafts() {
  const [db, { describeDraft }] = await Promise.all([import("../core/db.js"), import("../core/sender.js")]);
  const drafts = (await db.listDrafts()).filter((draft) => draft.state !== "sent");
  const box = $("#home-drafts");
  const more = drafts.length - SHOWN_DRAFTS;
  fill(
    box,
    drafts.slice(0, SHOWN_DRAFTS).map((draft) => draftCard(draft, describeDraft(draft))),
    more > 0 ? el("a", { class: "btn btn-plain btn-block", href: config.urls.mine, text: `还有${more}件没有发出` }) : null,
  );
  box.hidden = drafts.length === 0;
  return db;
}

/* Nobody has a draft at the first visit, and at all others these scripts are on the phone. */
async function watchDrafts() {
  const { watch } = await showDrafts();
  watch(({ type }) => {
    if (type !== "progress") {
      showDrafts().catch(() => {});
    }
  });
}

function latestCard(report, due) {
  return el(
    "a",
    { class: "card card-link", href: `${config.cases}${encodeURIComponent(report.number)}` },
    el("p", { class: "line line-apart" }, statusChip(report.status), el("span", { class: "fine", text: agoWords(report.submitted_at) })),
    el("p", { class: "clamp", text: report.text }),
    due ? el("p", { class: `hint ${due.late ? "bad" : ""}`, text: due.note ? `${due.text}，${due.note}` : due.text }) : null,
  );
}

async function showLatest() {
  try {
    const { api, currentSession } = await import("../core/api.js");
    if (!(await currentSession())) {
      return;
    }
    const page = await api("/reports", { auth: "try", query: { limit: 1 } });
    if (page.items.length) {
      const [report] = page.items;
      const { promiseWords } = await import("../case/words.js");
      fill($("#home-latest-body"), latestCard(report, report.due_at && promiseWords(report)));
      $("#home-latest").hidden = false;
    }
  } catch {
    // Home stays useful without it; 进度 says what is wrong.
  }
}

async function showBulletins() {
  const bulletins = await import("../bulletins/home.js");
  await bulletins.showBulletins();
}

async function start() {
  await loaded;
  watchDrafts().catch(() => {});
  showBulletins().catch(() => {});
  await ready;
  await showLatest();
  const { firstUse } = await import("../core/consent.js");
  await firstUse();
}

start().catch(() => {});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    showDrafts().catch(() => {});
    showLatest();
    showBulletins().catch(() => {});
  }
});
