/* A few small values that page and service worker share: IndexedDB, else the memory of this page. */

const NAME = "xc-kv";
const STORE = "values";
const memory = new Map();
let opening = null;

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
    return memory.get(key);
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
    // A closed store (private window, full disk): this page still has its memory.
  }
}

/** Forget everything. */
export async function clear() {
  memory.clear();
  try {
    await run("readwrite", (store) => store.clear());
  } catch {
    // Nothing was kept there either.
  }
}
