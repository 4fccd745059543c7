/* Answers of the API kept on the phone for reading: what was known last is better than an empty page. */

import { api, currentSession } from "../core/api.js";
import * as db from "../core/db.js";

// Under these answers the copy is no longer to be seen either.
const GONE = new Set([403, 404, 410]);

/** Return the name of a copy: one's own carry the person's id, so that nobody reads another's. */
async function nameOf(key, auth) {
  if (auth === "none") {
    return `case:public:${key}`;
  }
  const session = await currentSession();
  return session && session.resident ? `case:${session.resident.id}:${key}` : "";
}

/**
 * Load `path` and call `show(value, {at, fresh, error})`: first with the kept copy if there is one, then
 * with the answer. Without a line the copy stays and `error` says why. Throws when there is nothing to
 * show, or when the server says that the copy is not to be seen any more.
 */
export async function loadKept(path, { key, query, auth = "need", show }) {
  const before = await nameOf(key, auth);
  const copy = before ? await db.recall(before) : undefined;
  if (copy) {
    show(copy.value, { at: copy.at, fresh: false, error: null });
  }
  try {
    const value = await api(path, { query, auth });
    show(value, { at: Date.now(), fresh: true, error: null });
    await keep(key, value, auth);
  } catch (error) {
    if (!copy || GONE.has(error.status)) {
      if (copy) {
        await db.forget(before);
      }
      throw error;
    }
    show(copy.value, { at: copy.at, fresh: false, error });
  }
}

/** Keep an answer that came by another way, as that of an action. */
export async function keep(key, value, auth = "need") {
  const name = await nameOf(key, auth);
  if (name) {
    await db.remember(name, value);
  }
}
