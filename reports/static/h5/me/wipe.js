/* Forget everything this phone keeps about its user, but for the type size: that is the phone's, not the person's. */

import { clear } from "../core/kv.js";
import { wipe } from "../core/db.js";

/** Drop session and answers, drafts with their photos, kept copies of the API's answers. */
export async function wipePhone() {
  await clear();
  await wipe();
}
