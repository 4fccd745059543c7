/* What the pages of 民意 have in common: chips, the way to a page, who may take part. */

import { onReturn } from "../case/parts.js";
import { api, currentSession } from "../core/api.js";
import { ready } from "../core/app.js";
import { openDemo } from "../core/session.js";
import { goToWeChat, inWeChat, signInOptions } from "../core/signin.js";
import { config, dateWords, dialog, el, errorText, fill, icon, linkButton, momentWords, skeleton, toast } from "../core/ui.js";

const TONES = { open: "processing", answered: "received", coming: "need_info", withdrawn: "rejected" };
const DEMO_NAME = "示例居民";

export const topicPath = (id) => `${config.urls.topic}?id=${encodeURIComponent(id)}`;
export const pollPath = (id) => `${config.urls.poll}?id=${encodeURIComponent(id)}`;

/** Which one the address asks for; "" for none. */
export const wanted = () => new URLSearchParams(window.location.search).get("id") || "";

/** A state or phase as a chip: colour and word. */
export function stateChip({ code, label }) {
  return el("span", { class: `chip chip-${TONES[code] || "plain-state"}`, text: label });
}

/** "已投票", "已支持": one's own, with a tick. */
export function ownMark(text) {
  return el("span", { class: "voice-own" }, icon("check-circle"), el("span", { text }));
}

/** How many people support a topic. */
export const supportWords = (topic) => `${topic.support_count} 人支持`;

/** When a topic takes supports, in words. */
export function topicTime(topic) {
  if (topic.takes_support) {
    return `${momentWords(topic.closes_at)} 前可以支持`;
  }
  if (topic.state.code === "open") {
    return "征集已经结束，等待答复";
  }
  return `${dateWords(topic.opens_at)}发布`;
}

/** When a poll can be voted in, in words. */
export function pollTime(poll) {
  const { code } = poll.phase;
  if (code === "coming") {
    return `${momentWords(poll.opens_at)} 开始`;
  }
  return code === "open" ? `${momentWords(poll.closes_at)} 截止` : `${momentWords(poll.closes_at)} 已截止`;
}

/** "单选", "最多选 3 项". */
export const choiceWords = (poll) => (poll.max_choices === 1 ? "只能选一项" : `最多选 ${poll.max_choices} 项`);

/** What cannot be found, or not any more. */
export const gone = (error) => error.status === 404;

/**
 * Explain why somebody has to sign in and offer the ways there are here. Resolves true once they are signed in on
 * this page (only a demonstration can do that without leaving it).
 */
export async function askToSignIn(message) {
  let options;
  try {
    options = await signInOptions();
  } catch (error) {
    toast(errorText(error), "bad");
    return false;
  }
  const wechat = inWeChat && options.wechat_h5;
  const buttons = [
    { text: "以后再说", value: null },
    options.sms ? { text: "验证手机号", value: "phone" } : null,
    options.dev ? { text: "用示例居民登录", value: "demo" } : null,
    wechat ? { text: "微信登录", value: "wechat" } : null,
  ].filter(Boolean);
  Object.assign(buttons[buttons.length - 1], { kind: "primary" });
  const chosen = await dialog({ title: "请先登录", content: wayWords(message, { wechat, options }), buttons, sheet: true });
  return go(chosen);
}

function wayWords(message, { wechat, options }) {
  const lines = [el("p", { text: message })];
  if (!wechat && !options.sms) {
    lines.push(el("p", { class: "hint", text: "请用微信打开这个页面，会自动登录。" }));
  }
  if (options.dev) {
    lines.push(el("p", { class: "hint", text: "这里是演示环境，可以用一位虚构的示例居民试一试。" }));
  }
  lines.push(el("p", { class: "hint", text: "登录只用来保证一人算一次，您支持了什么、投了什么不会显示给任何人。" }));
  return lines;
}

async function go(chosen) {
  if (chosen === "phone") {
    window.location.assign(config.urls.me);
  } else if (chosen === "wechat") {
    await goToWeChat();
  } else if (chosen === "demo") {
    // A number of this browser's own: two phones of a demonstration are two residents.
    const bytes = crypto.getRandomValues(new Uint8Array(3));
    await openDemo(`${DEMO_NAME}${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
    return true;
  }
  return false;
}

/** Do what needs a verified person; when the server wants a sign-in, ask for it and, where it came about, do it again. */
export async function asVerified(work) {
  try {
    return await work();
  } catch (error) {
    if (error.code !== "verification_needed") {
      throw error;
    }
    return (await askToSignIn(error.message)) ? work() : null;
  }
}

/** Read something that is public and, signed in, one's own. */
export function read(path, options = {}) {
  return api(path, { auth: "try", ...options });
}

/** Whether this phone's person is still nobody in particular: told before they choose, not after. */
export async function needsSignIn() {
  const session = await currentSession();
  return !session || (session.by === "guest" && !(session.resident && session.resident.phone_verified));
}

/** The line that says so. */
export function signInHint(doing) {
  return el("p", { class: "line hint" }, icon("user"), el("span", { text: `一人只算一次，${doing}前要先在微信里登录或验证手机号。` }));
}

/** Begin a page of one topic or poll, and look again whenever somebody comes back to it. */
export async function begin(box, what, show) {
  if (!wanted()) {
    fill(box, notThere(what));
    return;
  }
  fill(box, skeleton(5));
  await ready;
  await show();
  onReturn(show);
}

/** A page that is not there. */
export function notThere(what) {
  return el(
    "div",
    { class: "state" },
    icon("question-mark-circle", { size: "xl" }),
    el("p", { class: "state-title", text: `没有找到这个${what}` }),
    el("p", { class: "hint", text: "可能已经撤下，或者地址不完整。" }),
    linkButton("看全部话题和投票", config.urls.voices, { kind: "primary" }),
  );
}

