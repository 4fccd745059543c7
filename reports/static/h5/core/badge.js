/* The number of unread messages on the foot bar; asked only for somebody who has a session. */

import { api, currentSession } from "./api.js";
import { $$ } from "./dom.js";

/** Ask and show; quiet when it fails. */
export async function refreshBadge() {
  if (!(await currentSession()) || !navigator.onLine) {
    return;
  }
  try {
    const { count } = await api("/inbox/unread", { auth: "try" });
    showBadge(count);
  } catch {
    // The next page asks again.
  }
}

/** Show a number the page knows already (after reading). */
export function showBadge(count) {
  for (const node of $$("[data-unread]")) {
    node.hidden = count === 0;
    node.textContent = count > 99 ? "99+" : String(count);
    node.setAttribute("aria-label", `${count}条未读消息`);
  }
}
