/* A few small values that page and service worker share: IndexedDB, else what this tab remembers.
 *
 * In private windows of some phones IndexedDB is missing or shut. Without the tab's own storage each
 * page would be another guest there, and what was sent a minute ago nobody's. */

const NAME = "xc-kv";
const STORE = "values";
const TAB = "xc-kv.";
const memory = new Map();
let opening = null;

function tab() {
  try {
    return globalThis.sessionStorage ?? null; // workers have none
  } catch {
    return null;
  }
}

function recall(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(tab()?.getItem(TAB + key) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

function note(key, value) {
  try {
    if (value === undefined) tab()?.removeItem(TAB + key);
    else tab()?.setItem(TAB + key, JSON.stringify(value));
  } catch {
    // This page still has its memory.
  }
}

function open() {
  if (!opening) {
    opening = new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => {
        // Another tab that wants a newer version must not wait for this one to be closed.
        request.result.onversionchange = () => {
          request.result.close();
          opening = null;
        };
        resolve(request.result);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    }).catch((error) => {
      opening = null;
      throw error;
    });
  }
  return opening;
}

async function run(mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Return the value of a key, or undefined. */
export async function get(key) {
  try {
    return await run("readonly", (store) => store.get(key));
  } catch {
    return recall(key);
  }
}

/** Keep a value; undefined removes it. */
export async function set(key, value) {
  if (value === undefined) {
    memory.delete(key);
  } else {
    memory.set(key, value);
  }
  try {
    await run("readwrite", (store) => (value === undefined ? store.delete(key) : store.put(value, key)));
  } catch {
    note(key, value); // a closed store: private window, full disk
  }
}

/** Forget everything. */
export async function clear() {
  memory.clear();
  for (const name of Object.keys(tab() ?? {})) {
    if (name.startsWith(TAB)) note(name.slice(TAB.length), undefined);
  }
  try {
    await run("readwrite", (store) => store.clear());
  } catch {
    // Nothing was kept there either.
  }
}
