/* Privacy: consents one by one, who looked, take one's data away, erase; the guardian of somebody under 14. */

import { ready } from "../core/app.js";
import { api, currentSession } from "../core/api.js";
import { answers, notice, sendWaiting, takeOver } from "../core/consent.js";
import { $, button, el, fill, load, momentWords } from "../core/ui.js";
import { consentRow } from "../me/consents.js";
import { erasePart } from "../me/erase.js";
import { exportPart } from "../me/export.js";
import { guardianPart } from "../me/guardian.js";

function signedOut() {
  return el("p", { class: "card hint", text: "您还没有用过需要登录的功能，这里没有您的数据。" });
}

// Nobody is made a guest only by looking at this page: without a session the phone's own answers are shown.
async function consentList() {
  if (await currentSession()) {
    const list = await api("/me/consents");
    await takeOver(list);
    return list;
  }
  const [text, kept] = await Promise.all([notice(), answers()]);
  const state = (kind) => (kind in kept.kinds ? (kept.kinds[kind] ? "given" : "refused") : "unasked");
  return { version: text.version, items: text.consents.map((item) => ({ kind: item.kind, title: item.title, state: state(item.kind), at: null })) };
}

async function showConsents() {
  await load($("#rights-consents"), consentList, (list) => list.items.map((item) => consentRow(item, list.version, showConsents)), { lines: 5 });
}

function accessRow(item) {
  return el(
    "li",
    { class: "row" },
    el(
      "span",
      { class: "row-main" },
      el("span", { class: "row-title", text: `${item.department ? `${item.department} ` : ""}${item.who}` }),
      el("span", { class: "row-hint", text: `${momentWords(item.at)} ${item.what.label}，原因：${item.reason.label}${item.report ? `，上报 ${item.report}` : ""}` }),
    ),
  );
}

function accessView(page) {
  if (!page.items.length) {
    return el("p", { class: "card", text: "还没有人看过您的联系方式。" });
  }
  const list = el("ul", { class: "list" }, page.items.map(accessRow));
  let cursor = page.next_cursor;
  const more = button("看更早的", {
    onclick: async () => {
      const next = await api("/me/access-log", { query: { cursor } });
      list.append(...next.items.map(accessRow));
      cursor = next.next_cursor;
      more.hidden = !cursor;
    },
  });
  more.hidden = !cursor;
  return el("div", { class: "stack" }, list, more);
}

async function start() {
  await ready;
  // What was answered a moment ago on another page may still be on its way.
  await sendWaiting().catch(() => {});
  if (!(await currentSession())) {
    fill($("#rights-access"), signedOut());
    fill($("#rights-export"), el("p", { class: "hint", text: "现在没有可以导出的数据。" }));
    fill($("#rights-erase"), el("p", { class: "hint", text: "现在没有可以注销的账号。" }));
    await showConsents();
    return;
  }
  fill($("#rights-export"), exportPart());
  fill($("#rights-erase"), erasePart());
  await Promise.all([
    showConsents(),
    load($("#rights-access"), () => api("/me/access-log"), accessView),
    guardianPart($("#rights-guardian")),
  ]);
}

start();
