/* What the phone itself keeps: drafts with their photos, the session, read-only copies of answers.
 *
 * Used by the pages and by the service worker, so nothing here touches the page. Photos are kept as
 * bytes, not as File objects: a File from Android's picker is a promise that ends with the process.
 * Without IndexedDB (some private windows) everything lives in memory as long as the page does. */

import { openDB } from "../../vendor/idb/idb.js";

const NAME = "xiangcun";
const VERSION = 1;
const STORES = ["drafts", "photos", "kv", "copies"];
const CHANNEL = "xiangcun-drafts";
const COPIES_KEPT = 60;
const DAY_MS = 24 * 3600 * 1000;
const SENT_KEPT_MS = 7 * DAY_MS;
const UNLINKED_KEPT_MS = 365 * DAY_MS;

/* The door to the rows ------------------------------------------------------------------------- */

let opening = null;
let memory = null;

function open() {
  if (opening) return opening;
  opening = openDB(NAME, VERSION, {
    upgrade(base) {
      base.createObjectStore("drafts", { keyPath: "client_id" });
      base.createObjectStore("photos", { keyPath: "id" }).createIndex("draft", "draft");
      base.createObjectStore("kv");
      base.createObjectStore("copies");
    },
    blocking(_old, _new, event) {
      event.target.close(); // a newer version in another tab must not wait for this one
      opening = null;
    },
    terminated() {
      opening = null; // iOS ends connections of pages in the background
    },
  }).catch((fault) => {
    opening = null;
    throw fault;
  });
  return opening;
}

/* Run `work(transaction)`; a connection that the system has closed is opened once more. */
async function within(stores, mode, work) {
  if (memory) return work(memory.transaction());
  for (let attempt = 0; ; attempt += 1) {
    let base;
    try {
      base = await open();
    } catch (fault) {
      if (attempt === 0 && fault?.name === "UnknownError") continue;
      memory = memory || new Memory();
      return work(memory.transaction());
    }
    let transaction;
    try {
      transaction = base.transaction(stores, mode);
      const result = await work(transaction);
      await transaction.done;
      return result;
    } catch (fault) {
      undo(transaction);
      const lost = fault?.name === "InvalidStateError" || fault?.name === "UnknownError";
      if (!lost || attempt > 0) throw fault;
      opening = null;
    }
  }
}

/* Whatever failed inside, nothing of it is written. */
function undo(transaction) {
  transaction?.done.catch(() => {});
  try {
    transaction?.abort();
  } catch {
    // It has ended by itself.
  }
}

/* The few calls of a transaction that are used here, over Maps. */
class Memory {
  constructor() {
    this.maps = Object.fromEntries(STORES.map((name) => [name, new Map()]));
  }

  transaction() {
    return { objectStore: (name) => memoryStore(this.maps[name]) };
  }
}

function memoryStore(map) {
  const keyOf = (value) => value.client_id ?? value.id;
  return {
    get: async (key) => copyOf(map.get(key)),
    put: async (value, key) => void map.set(key ?? keyOf(value), copyOf(value)),
    delete: async (key) => void map.delete(key),
    clear: async () => map.clear(),
    getAll: async () => [...map.values()].map(copyOf),
    getAllKeys: async () => [...map.keys()],
    index: () => ({
      getAll: async (draft) => [...map.values()].filter((row) => row.draft === draft).map(copyOf),
      getAllKeys: async (draft) => [...map.values()].filter((row) => row.draft === draft).map(keyOf),
    }),
  };
}

/* Rows are flat but for a list or two; who changes one must not change the kept one. */
function copyOf(value) {
  if (value === null || typeof value !== "object" || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}

/* Whether drafts outlive the page. */
export async function isLasting() {
  await kvGet("session");
  return memory === null;
}

/* Small things --------------------------------------------------------------------------------- */

export function kvGet(key) {
  return within(["kv"], "readonly", (tx) => tx.objectStore("kv").get(key));
}

export function kvPut(key, value) {
  return within(["kv"], "readwrite", (tx) => tx.objectStore("kv").put(value, key));
}

export function kvDelete(key) {
  return within(["kv"], "readwrite", (tx) => tx.objectStore("kv").delete(key));
}

/* Change one small thing in one transaction: two tabs cannot both be the first. */
export function kvChange(key, change) {
  return within(["kv"], "readwrite", async (tx) => {
    const store = tx.objectStore("kv");
    const value = change(await store.get(key));
    if (value !== undefined) await store.put(value, key);
    return value;
  });
}

/* Read-only copies of answers, shown without a line with the time they were taken --------------- */

export function remember(key, value) {
  return within(["copies"], "readwrite", async (tx) => {
    const store = tx.objectStore("copies");
    await store.put({ value, at: Date.now() }, key);
    const keys = await store.getAllKeys();
    if (keys.length <= COPIES_KEPT) return;
    const rows = await store.getAll();
    const oldest = keys.map((name, at) => [rows[at].at, name]).sort((a, b) => a[0] - b[0]);
    for (const [, name] of oldest.slice(0, keys.length - COPIES_KEPT)) await store.delete(name);
  });
}

export function recall(key) {
  return within(["copies"], "readonly", (tx) => tx.objectStore("copies").get(key));
}

export function forget(prefix = "") {
  return within(["copies"], "readwrite", async (tx) => {
    const store = tx.objectStore("copies");
    for (const key of await store.getAllKeys()) {
      if (String(key).startsWith(prefix)) await store.delete(key);
    }
  });
}

/* After the account was erased: nothing of the person stays on the phone. */
export async function wipe() {
  await within(STORES, "readwrite", async (tx) => {
    for (const name of STORES) await tx.objectStore(name).clear();
  });
  announce({ type: "draft", client_id: "" });
}

/* Drafts --------------------------------------------------------------------------------------- */

export function makeUuid() {
  if (globalThis.crypto.randomUUID) return globalThis.crypto.randomUUID();
  // Without https there is no randomUUID, but there are random bytes.
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/* The client_id is fixed here, once: whatever happens on the way, the server knows one report. */
export function newDraft({ kind = "problem" } = {}) {
  const now = Date.now();
  return {
    client_id: makeUuid(),
    kind,
    text: "",
    category: "",
    anonymous: false,
    urgent: false,
    contact_phone: "",
    join: "",
    location: null,
    place: null,
    photos: [],
    state: "editing",
    created_at: now,
    updated_at: now,
    queued_at: 0,
    attempts: 0,
    next_at: 0,
    body: null, // what was posted and has no answer yet; while it stands the words are fixed
    error: null,
    number: "",
    sent_at: 0,
  };
}

export async function saveDraft(draft) {
  draft.updated_at = Date.now();
  await within(["drafts"], "readwrite", (tx) => tx.objectStore("drafts").put(draft));
  announce({ type: "draft", client_id: draft.client_id });
}

export function getDraft(clientId) {
  return within(["drafts"], "readonly", (tx) => tx.objectStore("drafts").get(clientId));
}

export async function listDrafts() {
  const rows = await within(["drafts"], "readonly", (tx) => tx.objectStore("drafts").getAll());
  return rows.sort((a, b) => b.updated_at - a.updated_at);
}

/* Read, change and write in one transaction, so that page and worker never overwrite each other. */
export async function changeDraft(clientId, change) {
  const draft = await within(["drafts"], "readwrite", async (tx) => {
    const store = tx.objectStore("drafts");
    const row = await store.get(clientId);
    if (!row) return undefined;
    change(row);
    row.updated_at = Date.now();
    await store.put(row);
    return row;
  });
  if (draft) announce({ type: "draft", client_id: clientId });
  return draft;
}

export async function deleteDraft(clientId) {
  await within(["drafts", "photos"], "readwrite", async (tx) => {
    await tx.objectStore("drafts").delete(clientId);
    await deletePhotosOf(tx, clientId);
  });
  announce({ type: "draft", client_id: clientId });
}

/* The report has arrived: keep its number for a week, let words and photos go. A report that the
 * server keeps apart from this person (`unlinked`) is known by its number here and nowhere else. */
export async function finishDraft(clientId, answer) {
  await within(["drafts", "photos"], "readwrite", async (tx) => {
    const store = tx.objectStore("drafts");
    const row = await store.get(clientId);
    if (row) {
      const now = Date.now();
      const { number, unlinked = false, safety_prompt: prompt = null } = answer;
      const fate = { state: "sent", number, unlinked, safety_prompt: prompt, had_photos: row.photos.length > 0, sent_at: now, updated_at: now };
      await store.put({ ...row, ...fate, error: null, body: null, contact_phone: "", photos: [] });
    }
    await deletePhotosOf(tx, clientId);
  });
  announce({ type: "sent", client_id: clientId, number: answer.number });
}

export async function sweepSent(now = Date.now()) {
  for (const draft of await listDrafts()) {
    const kept = draft.unlinked ? UNLINKED_KEPT_MS : SENT_KEPT_MS;
    if (draft.state === "sent" && draft.sent_at < now - kept) await deleteDraft(draft.client_id);
  }
}

async function deletePhotosOf(tx, clientId) {
  const photos = tx.objectStore("photos");
  for (const key of await photos.index("draft").getAllKeys(clientId)) await photos.delete(key);
}

/* Photos --------------------------------------------------------------------------------------- */

/* Store a prepared photo and name it in its draft, both or neither. */
export async function addPhoto(clientId, prepared) {
  const photo = { id: makeUuid(), draft: clientId, server_id: null, error: null, ...prepared };
  await within(["drafts", "photos"], "readwrite", async (tx) => {
    const store = tx.objectStore("drafts");
    const draft = await store.get(clientId);
    if (!draft) return;
    draft.photos.push(photo.id);
    draft.updated_at = Date.now();
    await store.put(draft);
    await tx.objectStore("photos").put(photo);
  });
  announce({ type: "draft", client_id: clientId });
  return photo;
}

export async function removePhoto(clientId, photoId) {
  await within(["drafts", "photos"], "readwrite", async (tx) => {
    const store = tx.objectStore("drafts");
    const draft = await store.get(clientId);
    if (draft) {
      draft.photos = draft.photos.filter((id) => id !== photoId);
      draft.updated_at = Date.now();
      await store.put(draft);
    }
    await tx.objectStore("photos").delete(photoId);
  });
  announce({ type: "draft", client_id: clientId });
}

export function changePhoto(photoId, change) {
  return within(["photos"], "readwrite", async (tx) => {
    const store = tx.objectStore("photos");
    const row = await store.get(photoId);
    if (!row) return undefined;
    change(row);
    await store.put(row);
    return row;
  });
}

export async function photosOf(draft) {
  const rows = await within(["photos"], "readonly", (tx) =>
    tx.objectStore("photos").index("draft").getAll(draft.client_id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return draft.photos.filter((id) => byId.has(id)).map((id) => byId.get(id));
}

export function blobOf(photo) {
  return new Blob([photo.bytes], { type: photo.type });
}

export function thumbOf(photo) {
  return photo.thumb ? new Blob([photo.thumb], { type: "image/jpeg" }) : null;
}

/* Telling the other tabs and the worker -------------------------------------------------------- */

const listeners = new Set();
let channel = null;

function line() {
  if (channel === null && "BroadcastChannel" in globalThis) {
    channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", (event) => tell(event.data));
  }
  return channel;
}

function tell(event) {
  for (const listener of listeners) listener(event);
}

export function announce(event) {
  tell(event);
  line()?.postMessage(event);
}

export function watch(callback) {
  line();
  listeners.add(callback);
  return () => listeners.delete(callback);
}
