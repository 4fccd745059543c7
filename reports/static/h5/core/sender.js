/* Sends what is queued: photos one by one, then the report, in the page or in the worker.
 *
 * One sender at a time over all tabs and the worker. Each step is written down before the next
 * begins, so a sender that is killed anywhere leaves a draft that the next one finishes: a photo
 * that arrived without its answer is recognised by its bytes, a report by its client_id. */

import { ApiError, localError } from "./http.js";
import { api } from "./api.js";
import * as db from "./db.js";
import { isFinal, uploadPhoto } from "./upload.js";

const POST_MS = 30_000;
const LOCK = "xiangcun-sender";
const SYNC_TAG = "xiangcun-send";
const LEASE_MS = 10_000;
const FIRST_PAUSE_S = 3;
const LONGEST_PAUSE_S = 300;
const LOST_PHOTO_TRIES = 2;
const TELL_EVERY_MS = 150;

/* Waking ---------------------------------------------------------------------------------------- */

let waiting = null;
let timer = 0;
let started = false;

/* Send what is due; with `force` also what is waiting for its next try. Never throws. */
export function wakeSender({ force = false } = {}) {
  // Who comes while another holds the lock waits for it once: a draft queued in between is seen.
  if (waiting) return waiting;
  const turn = alone(async () => {
    waiting = null;
    await drain(force);
  })
    .catch(() => {})
    .then(() => {
      // Whose lease another holds has not had its turn: the next try is planned, not waited for.
      if (waiting === turn) waiting = null;
      return plan();
    });
  waiting = turn;
  return turn;
}

/* For pages: send now, when the line or the person comes back, and when the next try is due. */
export function startSender() {
  if (started) return wakeSender();
  started = true;
  globalThis.addEventListener("online", () => wakeSender({ force: true }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") wakeSender({ force: true });
  });
  db.watch((event) => {
    if (event.type === "draft") plan();
  });
  db.sweepSent().catch(() => {});
  return wakeSender({ force: true });
}

/* Put a finished draft into the queue and start. The promise tells when sending came to a halt. */
export async function queueDraft(clientId) {
  await db.changeDraft(clientId, (draft) => {
    Object.assign(draft, { state: "queued", queued_at: Date.now(), attempts: 0, next_at: 0, error: null });
  });
  askForSync();
  return wakeSender();
}

/* Take a draft out of the queue to change it; false when it may have arrived already. */
export async function unqueueDraft(clientId) {
  const draft = await db.changeDraft(clientId, (row) => {
    if (row.state === "queued" && !row.body) row.state = "editing";
  });
  return draft?.state === "editing";
}

/* How many drafts wait to be sent. */
export async function countQueued() {
  return (await db.listDrafts()).filter((draft) => draft.state === "queued").length;
}

/* Ask the browser to wake the worker when the line returns, page or no page (not on iOS). */
async function askForSync() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration("/h5/");
    await registration?.sync?.register(SYNC_TAG);
  } catch {
    // Not allowed or not known here: the page does it.
  }
}

/* In a page: set the clock for the next try. The worker has its sync event. */
async function plan() {
  if (!("document" in globalThis)) return;
  const due = (await db.listDrafts()).filter((draft) => draft.state === "queued").map((draft) => draft.next_at);
  clearTimeout(timer);
  if (due.length === 0) return;
  askForSync();
  timer = setTimeout(wakeSender, Math.max(500, Math.min(...due) - Date.now()));
}

/* One at a time -------------------------------------------------------------------------------- */

function alone(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : withLease(work);
}

/* Browsers without Web Locks: a lease in the database, kept alive as long as the work goes on. */
async function withLease(work) {
  const owner = db.makeUuid();
  const take = () =>
    db.kvChange("sender_lease", (lease) =>
      !lease || lease.owner === owner || lease.until < Date.now() ? { owner, until: Date.now() + LEASE_MS } : undefined,
    );
  if ((await take())?.owner !== owner) return;
  const beat = setInterval(take, LEASE_MS / 4);
  try {
    await work();
  } finally {
    clearInterval(beat);
    await db.kvDelete("sender_lease");
  }
}

/* Sending -------------------------------------------------------------------------------------- */

async function drain(force) {
  const tried = new Set();
  for (;;) {
    const draft = nextOf(await db.listDrafts(), tried, force);
    if (!draft) return;
    tried.add(`${draft.client_id} ${draft.queued_at}`);
    if (!(await sendDraft(draft))) return; // the line is dead for the others too
  }
}

function nextOf(drafts, tried, force) {
  const now = Date.now();
  const due = drafts.filter(
    (draft) =>
      draft.state === "queued" &&
      !tried.has(`${draft.client_id} ${draft.queued_at}`) &&
      (force || draft.next_at <= now),
  );
  return due.sort((a, b) => a.queued_at - b.queued_at)[0];
}

/* Thrown when the person took the draft back while it was on its way. */
class TakenBack extends Error {}

/* Send one draft; false when there is no line. */
async function sendDraft(draft) {
  for (let lost = 0; ; lost += 1) {
    try {
      await sendPhotos(draft.client_id);
      const answer = await postReport(draft.client_id);
      await db.finishDraft(draft.client_id, answer);
      return true;
    } catch (fault) {
      if (fault instanceof TakenBack) return true;
      if (!(fault instanceof ApiError)) return giveUp(draft.client_id, fault);
      if (lost < LOST_PHOTO_TRIES && (await forgetLostPhotos(draft.client_id, fault))) continue;
      await settle(draft.client_id, fault);
      return fault.status !== 0;
    }
  }
}

async function sendPhotos(clientId) {
  const draft = await stillQueued(clientId);
  const photos = await db.photosOf(draft);
  for (const [index, photo] of photos.entries()) {
    await stillQueued(clientId);
    tellProgress(clientId, index, photos.length, 0, photo.size, true);
    if (photo.server_id) continue;
    try {
      const kept = await uploadPhoto(photo, {
        onProgress: (sent, total) => tellProgress(clientId, index, photos.length, sent, total),
      });
      await db.changePhoto(photo.id, (row) => Object.assign(row, { server_id: kept.id, error: null }));
    } catch (fault) {
      if (isFinal(fault)) await blamePhoto(photo.id, fault);
      throw fault;
    }
    await db.changeDraft(clientId, (row) => Object.assign(row, { attempts: 0 }));
  }
  tellProgress(clientId, photos.length, photos.length, 0, 0, true);
}

async function stillQueued(clientId) {
  const draft = await db.getDraft(clientId);
  if (draft?.state !== "queued") throw new TakenBack();
  return draft;
}

function blamePhoto(photoId, failure) {
  return db.changePhoto(photoId, (row) => {
    row.error = { code: failure.code, message: failure.message };
  });
}

/* The body is written down first: as long as its answer is unknown, the same body is sent again. */
async function postReport(clientId) {
  const draft = await stillQueued(clientId);
  const body = draft.body ?? bodyOf(draft, await db.photosOf(draft));
  const marked = await db.changeDraft(clientId, (row) => {
    if (row.state === "queued") row.body = body;
  });
  if (marked?.state !== "queued") throw new TakenBack();
  const answer = await api("/reports", { method: "POST", body, timeout: POST_MS });
  if (typeof answer?.number !== "string") throw localError("unreadable"); // some other server answered
  return answer;
}

export function bodyOf(draft, photos) {
  const body = {
    client_id: draft.client_id,
    kind: draft.kind,
    text: draft.text.trim(),
    category: draft.category || "",
    photos: photos.map((photo) => photo.server_id),
    anonymous: draft.anonymous,
    contact_phone: draft.anonymous ? "" : draft.contact_phone,
    join: draft.join || "",
    urgent: draft.urgent,
    consents: consentsOf(draft, photos),
  };
  if (draft.location) body.location = draft.location;
  if (draft.repeat_ok) body.repeat_ok = true;
  return body;
}

/* What the person gave on this very form, with the notice beside the field. */
function consentsOf(draft, photos) {
  const given = [];
  if (draft.location && draft.location.source !== "text") given.push("location");
  if (photos.length > 0) given.push("photo");
  if (draft.contact_phone && !draft.anonymous) given.push("phone");
  return given;
}

/* After a failure ------------------------------------------------------------------------------- */

/* A photo that waited too long on the server was swept there: send it again. */
async function forgetLostPhotos(clientId, failure) {
  const lost = failure.errors.filter((error) => error.code === "photo_not_found");
  if (failure.status !== 400 || lost.length === 0) return false;
  const draft = await db.changeDraft(clientId, (row) => Object.assign(row, { body: null }));
  for (const { field } of lost) {
    const index = Number(/^photos\[(\d+)\]$/.exec(field)?.[1] ?? -1);
    const photo = draft?.photos[index];
    if (photo) await db.changePhoto(photo, (row) => Object.assign(row, { server_id: null }));
  }
  return true;
}

/* Write down what happened: a final no goes back to the person, all else is tried again later. */
function settle(clientId, failure) {
  const error = {
    status: failure.status,
    code: failure.code,
    message: failure.message,
    errors: failure.errors,
    details: failure.body?.details ?? null,
    retry_after: failure.retryAfter,
  };
  return db.changeDraft(clientId, (row) => {
    row.error = error;
    if (isFinal(failure)) {
      Object.assign(row, { state: "blocked", body: null, attempts: 0, next_at: 0 });
      return;
    }
    row.attempts += 1;
    const pause = failure.retryAfter || pauseAfter(row.attempts);
    row.next_at = Date.now() + pause * 1000;
  });
}

/* 3, 6, 12 … 300 seconds, each a third shorter or longer: a village does not knock all at once. */
export function pauseAfter(attempts, chance = Math.random()) {
  return Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempts - 1)) * (0.67 + 0.66 * chance);
}

/* The phone's own storage failed: say so, keep the draft. */
async function giveUp(clientId, fault) {
  await db.changeDraft(clientId, (row) => {
    row.state = "blocked";
    row.error = { status: 0, code: "phone_storage", message: `手机没能读出这份草稿（${fault.name}），请重新打开再试`, errors: [], details: null };
  });
  return true;
}

/* Telling the screen ---------------------------------------------------------------------------- */

let toldAt = 0;

function tellProgress(clientId, done, total, sent, bytes, always = false) {
  const now = Date.now();
  if (!always && now - toldAt < TELL_EVERY_MS) return;
  toldAt = now;
  db.announce({ type: "progress", client_id: clientId, done, total, sent, bytes });
}

const KINDS = { problem: "问题", opinion: "意见建议", consultation: "咨询", praise: "表扬" };

/* A draft as a row of a list, in words. */
export function describeDraft(draft, { online = navigator.onLine } = {}) {
  const kind = KINDS[draft.kind] ?? KINDS.problem;
  const text = draft.text.trim().replace(/\s+/g, " ");
  const title = text ? text.slice(0, 40) : `没有写完的${kind}`;
  const page = `/h5/report?draft=${draft.client_id}`;
  if (draft.state === "sent") {
    return { title, words: `已送达，编号 ${draft.number}`, tone: "done", href: `/h5/reports/${draft.number}` };
  }
  if (draft.state === "blocked") {
    return { title, words: draft.error?.message ?? "没有发送成功，点这里处理", tone: "warn", href: page };
  }
  if (draft.state === "editing") return { title, words: "还没有发送，点这里继续填写", tone: "info", href: page };
  return { title, words: waitingWords(draft, online), tone: "info", href: page };
}

function waitingWords(draft, online) {
  if (!online) return "已存在手机里，有网时自动发送";
  if (draft.body && draft.attempts > 0) return "可能已经送达，正在确认，不会重复";
  if (draft.error?.status === 429) return draft.error.message;
  return draft.attempts > 0 ? "网络不好，稍后自动重试" : "正在发送…";
}
