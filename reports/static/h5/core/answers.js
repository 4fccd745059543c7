/* What was answered to the questions of consent on this phone; the questions themselves are consent.js. */

import { get } from "./kv.js";

export const STATE = "consents";

/** `{version, kinds: {privacy: true, …}, age}`; `{kinds: {}}` at first. */
export async function answers() {
  return (await get(STATE)) || { version: "", kinds: {} };
}
