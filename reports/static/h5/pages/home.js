/* Home: the latest case of whoever has one, and the sheet at the first use. */

import { ready } from "../core/app.js";
import { api, currentSession } from "../core/api.js";
import { firstUse } from "../core/consent.js";
import { $, agoWords, config, dueWords, el, fill, statusChip } from "../core/ui.js";

function latestCard(report) {
  const due = ["received", "processing", "need_info"].includes(report.status.code) ? dueWords(report.due_at) : null;
  return el(
    "a",
    { class: "card card-link", href: `${config.cases}${encodeURIComponent(report.number)}` },
    el("p", { class: "line line-apart" }, statusChip(report.status), el("span", { class: "fine", text: agoWords(report.submitted_at) })),
    el("p", { class: "clamp", text: report.text }),
    due ? el("p", { class: `hint ${due.late ? "warn" : ""}`, text: due.text }) : null,
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
  await ready;
  await showLatest();
  await firstUse();
}

start();
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    showLatest();
  }
});
