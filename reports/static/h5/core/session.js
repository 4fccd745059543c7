/* Who this browser is: a guest by its own secret, or a WeChat account. Runs in pages and in the service worker. */

import { clear, get, set } from "./kv.js";
import { ApiError, send } from "./http.js";

const SESSION = "session";
const SECRET = "guest-secret";
const DEVICE = "device-id";
// Whose WeChat account signed in here last; guests are the phone's own.
const PERSON = "person";
// A token that ends within the hour is renewed before it is used: an upload may take long.
const MARGIN_MS = 3600 * 1000;
const LOCK = "xc-session";
let pending = null;

function hex(bytes) {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return a random UUID (crypto.randomUUID is missing outside https). */
export function uuid() {
  const raw = hex(16);
  const variant = "89ab"[parseInt(raw[16], 16) % 4];
  return `${raw.slice(0, 8)}-${raw.slice(8, 12)}-4${raw.slice(13, 16)}-${variant}${raw.slice(17, 20)}-${raw.slice(20, 32)}`;
}

async function once(key, make) {
  const kept = await get(key);
  if (kept) {
    return kept;
  }
  const made = make();
  await set(key, made);
  return (await get(key)) || made;
}

/** Return this browser's id: a hint for counting, no password. */
export function deviceId() {
  return once(DEVICE, uuid);
}

/** Return the headers that every request carries. */
export async function deviceHeaders() {
  return { "X-Device-Id": await deviceId(), "X-Channel": "h5" };
}

/** Return the present session `{token, expires_at, resident, by}`, or null; asks nobody. */
export async function currentSession() {
  const session = await get(SESSION);
  return session && session.token ? session : null;
}

function fresh(session) {
  return Boolean(session && Date.parse(session.expires_at) - Date.now() > MARGIN_MS);
}

/** Return a usable session; makes one where there is none. `stale` is a token the server refused. */
export async function ensureSession(stale = "") {
  const session = await currentSession();
  if (fresh(session) && session.token !== stale) {
    return session;
  }
  if (!pending) {
    pending = alone(() => sessionFor(stale)).finally(() => {
      pending = null;
    });
  }
  return pending;
}

// Two tabs and the service worker may wake at once: one makes the session, the others read it.
function alone(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

async function sessionFor(stale) {
  const session = await currentSession();
  if (fresh(session) && session.token !== stale) {
    return session;
  }
  if (session && session.by === "wechat") {
    // Only WeChat can say again who this is; a guest's session here would look like lost reports.
    throw new ApiError({ code: "sign_in_again", message: "登录已过期，请重新登录", status: 401 });
  }
  return openGuest();
}

/** Sign in as this browser's guest. */
export async function openGuest() {
  const device = await once(SECRET, () => hex(32));
  return keep(await post({ device }), "guest");
}

/** Sign in as an example resident, where the place is a demonstration; this browser's reports come along. */
export async function openDemo(name) {
  const device = await get(SECRET);
  const body = { code: `dev:${name}` };
  const session = await keep(await post(device ? { ...body, device } : body), "demo");
  await set(SECRET, undefined);
  return session;
}

/**
 * Sign in with what WeChat sent back; the guest's reports of this browser come along. `onOther` is called before the
 * session changes when somebody else's account was here until now.
 */
export async function openWeChat(code, state, { onOther = async () => {} } = {}) {
  const device = await get(SECRET);
  const body = { code, via: "h5", state };
  const answer = await post(device ? { ...body, device } : body);
  const before = await get(PERSON);
  if (before && before !== answer.resident.id && !(answer.formerly || []).includes(before)) {
    await onOther();
  }
  const session = await keep(answer, "wechat");
  await set(PERSON, answer.resident.id);
  await set(SECRET, undefined);
  return session;
}

async function post(body) {
  const { data } = await send("/session", { method: "POST", body, headers: await deviceHeaders() });
  return data;
}

async function keep(answer, by) {
  const session = { token: answer.token, expires_at: answer.expires_at, resident: answer.resident, by };
  await set(SESSION, session);
  return session;
}

/** Return a usable token; makes a session where there is none. */
export async function token() {
  return (await ensureSession()).token;
}

/** Return a new token instead of one the server refused. */
export async function renew(stale) {
  return (await ensureSession(stale)).token;
}

/** Remember a changed profile. */
export async function rememberResident(resident) {
  const session = await currentSession();
  if (session) {
    await set(SESSION, { ...session, resident });
  }
}

/** Forget all small things of a person. The device's id stays: it counts the phone, not who holds it. */
export async function forgetPerson() {
  const device = await get(DEVICE);
  await clear();
  if (device) {
    await set(DEVICE, device);
  }
}

/** Forget the token, as after signing out or erasing; `everything` forgets the guest's secret too. */
export async function dropSession({ everything = false } = {}) {
  await set(SESSION, undefined);
  if (everything) {
    await set(SECRET, undefined);
  }
}
