/* The page 报问题 / 提意见: goes on with a draft, or begins one; sends; shows what became of it. */

import { loaded, ready } from "../core/app.js";
import * as db from "../core/db.js";
import { $, agoWords, attempt, button, dialog, el, errorText, fetched, fill, icon, toast } from "../core/ui.js";
import { ReportForm, dangerCard } from "./form.js";
import { KINDS, isLetter } from "./words.js";

const GRID_CODE = /^\d{15}$/;
let form = null;
let sending = null;
let confirmedDanger = "";

/* What is needed after somebody has pressed 发送: fetched once the form can be filled in. */
function sendingScripts() {
  return fetched(Promise.all([import("./near.js"), import("./sending.js"), import("../core/sender.js")]));
}

/* What is needed once the form is there, before somebody has found the first photo. */
async function warmUp() {
  await loaded;
  await Promise.all([import("./compress.js"), sendingScripts()]);
}

function query() {
  return new URLSearchParams(location.search);
}

function address(clientId) {
  return clientId ? `${location.pathname}?draft=${clientId}` : location.pathname;
}

/* The address names the draft: a browser that restores its tabs restores this. */
function nameDraft(draft) {
  history.replaceState(history.state, "", address(draft.client_id));
}

function askedKind() {
  const kind = query().get("kind") || "problem";
  return kind in KINDS ? kind : "problem";
}

/* Showing one of the two -------------------------------------------------------------------------- */

async function showForm(draft, { isNew = false } = {}) {
  sending?.close();
  form?.close();
  sending = null;
  const grid = query().get("g") || "";
  form = new ReportForm(draft, { isNew, gridCode: GRID_CODE.test(grid) ? grid : "", onKept: nameDraft });
  $("#report-sending").hidden = true;
  $("#report-form").hidden = false;
  $("#report-foot").hidden = false;
  await form.start();
  await showRefusal(draft);
  showPhoneError(draft);
  await showJoin(draft);
  if (draft.state === "blocked") $("#report-refusal")?.scrollIntoView({ block: "center" });
}

async function showRefusal(draft) {
  const box = $("#report-error");
  fill(box);
  if (!draft.error) return;
  const { refusalCard } = await fetched(import("./refusal.js"));
  fill(box, refusalCard(draft, { resend, copy }));
}

function showPhoneError({ error }) {
  const wrong = error && error.errors.find((row) => row.field === "contact_phone");
  if (!wrong) return;
  $("#report-more").open = true;
  form.phone.error(wrong.message);
}

async function showSending(draft) {
  const [, { Sending }] = await sendingScripts();
  form?.close();
  form = null;
  $("#report-form").hidden = true;
  $("#report-foot").hidden = true;
  $("#report-resume").hidden = true;
  $("#report-sending").hidden = false;
  sending = new Sending($("#report-sending"), draft, {
    onEdit: (row) => showForm(row),
    onAgain: () => {
      history.replaceState(history.state, "", address(""));
      showForm(db.newDraft({ kind: draft.kind }), { isNew: true });
    },
  });
  window.scrollTo(0, 0);
}

/* “我也遇到” was pressed somewhere: say what is joined, and let it go again. */
async function showJoin(draft) {
  const box = $("#report-join");
  box.hidden = !draft.join;
  if (!draft.join) return;
  const [{ publicCase, titleOf }] = await sendingScripts();
  const item = await publicCase(draft.join);
  const leave = button("不是这一件", {
    kind: "link",
    onclick: () => {
      form.change({ join: "" });
      box.hidden = true;
    },
  });
  fill(
    box,
    el(
      "div",
      { class: "card card-info" },
      el("p", { class: "line strong" }, icon("hand-raised"), el("span", { text: "我也遇到" })),
      el("p", { text: `${item ? titleOf(item) : "已公开的一件"}（编号 ${draft.join}）` }),
      leave,
    ),
  );
}

/* Beginning ---------------------------------------------------------------------------------------- */

async function begin() {
  const asked = query().get("draft");
  const known = asked ? await db.getDraft(asked) : null;
  if (known && (known.state === "queued" || known.state === "sent")) {
    await showSending(known);
    return;
  }
  if (known) {
    await showForm(known);
    return;
  }
  const draft = db.newDraft({ kind: askedKind() });
  draft.join = (query().get("join") || "").slice(0, 20);
  await showForm(draft, { isNew: true });
  if (!(await db.isLasting())) await warnNotKept();
  else if (!draft.join) await offerOldDraft(draft.kind);
}

/* There can be no old draft either, so its place is free. */
async function warnNotKept() {
  const [, { NOT_KEPT }] = await sendingScripts();
  const box = $("#report-resume");
  fill(box, el("p", { class: "card card-warn", text: NOT_KEPT }));
  box.hidden = false;
}

async function offerOldDraft(kind) {
  const drafts = await db.listDrafts();
  const old = drafts.find((draft) => draft.state === "editing" && isLetter(draft.kind) === isLetter(kind));
  // Who has begun to write while this was looked up has decided already.
  if (!old || form.isKept) return;
  const box = $("#report-resume");
  const resume = async () => {
    box.hidden = true;
    nameDraft(old);
    await showForm(old);
  };
  const drop = async () => {
    box.hidden = true;
    await db.deleteDraft(old.client_id);
  };
  const photos = old.photos.length > 0 ? `${old.photos.length} 张照片 · ` : "";
  fill(
    box,
    el(
      "div",
      { class: "card card-info" },
      el("p", { class: "strong", text: "上次有一份没写完" }),
      old.text.trim() ? el("p", { class: "clamp", text: old.text.trim() }) : null,
      el("p", { class: "hint", text: `${photos}${agoWords(new Date(old.updated_at).toISOString())}` }),
      el("div", { class: "buttons" }, button("继续上次的草稿", { kind: "primary", onclick: resume }), button("删掉它", { onclick: drop })),
    ),
  );
  box.hidden = false;
}

/* Sending ------------------------------------------------------------------------------------------ */

async function send() {
  fill($("#report-error")); // what was said of the last try
  if (!form.check()) return;
  await form.finish();
  const { draft } = form;
  const danger = await form.lookForDanger();
  if (danger && danger.code !== confirmedDanger && !(await confirmDanger(danger))) return;
  if (!danger && !isLetter(draft.kind) && !draft.join) {
    const [{ askWhichCase, casesNear }] = await sendingScripts();
    const items = await casesNear(draft);
    const choice = items.length > 0 ? await askWhichCase(items) : { join: "" };
    if (choice === null) return;
    draft.join = choice.join;
    await form.save();
  }
  await go(draft);
}

async function confirmDanger(danger) {
  const answer = await dialog({
    title: "先打电话",
    content: [dangerCard(danger)],
    buttons: [{ text: "电话打过了，或没有危险，继续发送", value: "send", kind: "plain" }],
  });
  if (answer === "send") confirmedDanger = danger.code;
  return answer === "send";
}

async function go(draft) {
  const [, , { queueDraft }] = await sendingScripts();
  queueDraft(draft.client_id);
  nameDraft(draft);
  await showSending({ ...(await db.getDraft(draft.client_id)), state: "queued" });
}

/* Change a refused draft in one point and send it again. */
async function resend(change) {
  if (!form.check()) return;
  await form.finish();
  const draft = await db.changeDraft(form.draft.client_id, (row) => Object.assign(row, change));
  await go(draft);
}

/* The server knows this client_id with other words: send these as another report. */
async function copy() {
  await form.finish();
  const old = form.draft;
  const photos = await db.photosOf(old);
  const draft = { ...db.newDraft({ kind: old.kind }), text: old.text, category: old.category, anonymous: old.anonymous };
  Object.assign(draft, { urgent: old.urgent, contact_phone: old.contact_phone, join: old.join, location: old.location, place: old.place });
  await db.saveDraft(draft);
  for (const { name, type, width, height, size, bytes, thumb, server_id: kept } of photos) {
    await db.addPhoto(draft.client_id, { name, type, width, height, size, bytes, thumb, server_id: kept });
  }
  await db.deleteDraft(old.client_id);
  await go(draft);
}

async function start() {
  await ready;
  await begin();
  await warmUp();
}

$("#report-form").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt($("#report-send"), send);
});
// A phone may take the page away at any moment after this.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") form?.save();
});
window.addEventListener("pagehide", () => form?.save());
start().catch((fault) => toast(errorText(fault), "bad"));
