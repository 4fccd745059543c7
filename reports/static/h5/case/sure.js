/* One action on a case over a bad network: sent once, and when no answer came, looked up before a second try. */

import { api } from "../core/api.js";

/**
 * POST an action and return the report as it is afterwards.
 *
 * An action has no key of its own, so a repeat could double it: when the answer is lost, the report is
 * read again and `arrived(report)` decides whether the first try came through. Throws the first error
 * when it did not; the caller keeps what was typed.
 */
export async function actOn(number, action, body, { arrived }) {
  const path = `/reports/${encodeURIComponent(number)}`;
  try {
    return await api(`${path}/${action}`, { method: "POST", body, timeout: 20000 });
  } catch (error) {
    const unknown = error.offline || error.status >= 500;
    const raced = error.status === 409;
    if (!unknown && !raced) {
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
