/* Forget everything this phone keeps about its user, but for the type size: that is the phone's, not the person's. */

import { clear } from "../core/kv.js";

/** Drop session, answers, drafts with photos, cached answers. */
export async function wipePhone() {
  await clear();
  if (indexedDB.databases) {
    const all = await indexedDB.databases().catch(() => []);
    await Promise.all(all.filter((db) => db.name && db.name !== "xc-kv").map((db) => drop(db.name)));
  }
}

function drop(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = resolve;
    // Another tab holds it open: it is emptied when that one is closed.
    request.onblocked = resolve;
  });
}
