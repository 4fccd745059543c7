/* One action on a case over a bad network: sent once, and when no answer came, looked up before a second try. */

import { api, uuid } from "../core/api.js";
import * as db from "../core/db.js";

const PAUSES_MS = [1000, 3000];
// What the server takes once per client_id, and so may be sent again without asking.
const KEYED = ["supplement"];

/**
 * POST an action and return the report as it is afterwards.
 *
 * A supplement has a client_id, which outlives the page, and is sent again by itself. Another action has
 * none, so a repeat could double it: when the answer is lost, the report is read again and
 * `arrived(report)` decides whether the first try came through. Throws when it did not; the caller keeps
 * what was typed.
 */
export async function actOn(number, action, body, { arrived }) {
  const path = `/reports/${encodeURIComponent(number)}`;
  if (!KEYED.includes(action)) {
    return tryOnce(path, action, body, { arrived });
  }
  const name = `sent:${number}:${action}`;
  const words = JSON.stringify(body);
  const { id } = await db.kvChange(name, (kept) => (kept && kept.words === words ? kept : { words, id: uuid() }));
  const after = await persist(() => tryOnce(path, action, { ...body, client_id: id }, { arrived }));
  await db.kvDelete(name);
  return after;
}

/** Do `work` up to three times while nobody knows whether it arrived; it must be safe to repeat. */
export async function persist(work) {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch (error) {
      if (!unknown(error) || !navigator.onLine) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}

/* Whether it may have arrived. */
function unknown(error) {
  return error.offline || error.status >= 500;
}

async function tryOnce(path, action, body, { arrived }) {
  try {
    return await api(`${path}/${action}`, { method: "POST", body, timeout: 20000 });
  } catch (error) {
    const raced = error.status === 409;
    if (!unknown(error) && !raced) {
      throw error;
    }
    const report = await readAgain(path);
    if (report && arrived(report)) {
      return report;
    }
    throw Object.assign(error, { report });
  }
}

async function readAgain(path) {
  try {
    return await api(path, { timeout: 8000 });
  } catch {
    return null;
  }
}

/** Return a test: has the timeline got one more line of these kinds since `before`, with these words? */
export function grown(before, kinds, text = "") {
  const count = (report) => report.timeline.filter((line) => kinds.includes(line.kind) && (!text || line.text.includes(text))).length;
  const known = count(before);
  return (report) => count(report) > known;
}
