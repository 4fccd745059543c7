/* What was typed into a form stays on the phone until it is sent: the page may be killed at any moment. */

import * as db from "../core/db.js";

/** Fill a field with what was typed before and keep what is typed from now on; returns `clear()`. */
export async function keepTyped(input, key) {
  const name = `typed:${key}`;
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => db.kvPut(name, input.value), 300);
  });
  // The timer may not fire any more when the page goes away.
  window.addEventListener("pagehide", () => {
    if (input.isConnected && input.value) {
      db.kvPut(name, input.value);
    }
  });
  const before = await db.kvGet(name);
  if (before && !input.value) {
    input.value = before;
  }
  return () => {
    clearTimeout(timer);
    input.value = "";
    return db.kvDelete(name);
  };
}
