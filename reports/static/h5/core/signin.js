/* Signing in as a page: what WeChat sent back in the address, and going to WeChat where that is to be done. */

import { get, set } from "./kv.js";
import { api } from "./api.js";
import * as db from "./db.js";
import { currentSession, dropSession, forgetPerson, openWeChat } from "./session.js";
import { alert, errorText, toast } from "./ui.js";

const TRIED = "wechat-tried";
const AGAIN_MS = 10 * 60 * 1000;

/** Whether this page runs in WeChat's own browser. */
export const inWeChat = /MicroMessenger/i.test(navigator.userAgent);

/** Which ways to sign in there are: `{guest, wechat_h5, dev, sms, wechat_phone}`. */
export function signInOptions(next = location.pathname + location.search) {
  return api("/session/options", { auth: "none", query: { next } });
}

/** Go to WeChat and come back to this very page; false if this place has no WeChat sign-in. */
export async function goToWeChat() {
  const options = await signInOptions();
  if (!inWeChat || !options.wechat_h5) {
    return false;
  }
  // Sent back without a session (refused, preview page): not in a circle.
  await set(TRIED, Date.now());
  location.replace(options.wechat_h5.authorize_url);
  return true;
}

/** Take up what WeChat wrote into the address; the address is cleaned so that a reload does not use it twice. */
async function finishWeChat() {
  const query = new URLSearchParams(location.search);
  const code = query.get("code");
  const state = query.get("state");
  if (!code || !state) {
    return;
  }
  query.delete("code");
  query.delete("state");
  const rest = query.toString();
  history.replaceState(history.state, "", location.pathname + (rest ? `?${rest}` : "") + location.hash);
  try {
    await openWeChat(code, state, { onOther: leaveNothing });
    await set(TRIED, undefined);
  } catch (error) {
    if (error.code === "wechat_snapshot") {
      await alert("这是预览页面", "请点页面下方的“使用完整服务”，再继续。");
      return;
    }
    toast(errorText(error), "bad");
  }
}

/**
 * At the start of every page. In WeChat's browser somebody without a session is sent to WeChat once; without
 * network, or where it is not set up, the page goes on and a guest is made when one is needed.
 */
export async function startSession() {
  await finishWeChat();
  const session = await currentSession();
  const known = session && session.by === "wechat" && Date.parse(session.expires_at) > Date.now();
  if (known || !inWeChat || !navigator.onLine || Date.now() - ((await get(TRIED)) || 0) < AGAIN_MS) {
    return;
  }
  try {
    await goToWeChat();
  } catch {
    // A guest's session serves as well; the reports come along at the next sign-in.
  }
}

/** Sign in anew after `sign_in_again`. */
export async function signInAgain() {
  await dropSession();
  await set(TRIED, undefined);
  if (!(await goToWeChat())) {
    location.reload();
  }
}

// Nothing of the last person is for the next one on this phone: neither kept answers and choices, nor a draft, which
// would be sent under another's name.
async function leaveNothing() {
  await forgetPerson();
  await db.wipe();
}

/** How many reports would be lost by signing out: written on this phone and not at the server yet. */
export async function countUnsent() {
  const drafts = await db.listDrafts();
  return drafts.filter((draft) => draft.state !== "sent" && (draft.text.trim() || draft.photos.length)).length;
}

/** End the session at the server and forget the person on this phone. */
export async function signOut() {
  try {
    await api("/session", { method: "DELETE", auth: "try" });
  } finally {
    await leaveNothing();
    await set(TRIED, Date.now());
  }
}
