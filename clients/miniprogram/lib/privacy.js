/* Two questions that are easily taken for one: WeChat's own about its interfaces (once, by a button of WeChat's), and
 * the township's notice with its consents. Neither ever stops a report. */

const api = require("./api");

const KEPT = "consents";
const WAITING = "consents-unsent";

/* WeChat's question ------------------------------------------------------------------------------ */

let answerWeChat = null;

/** Called once, by app.js: WeChat asks before an interface is used that the 隐私保护指引 lists. */
function watchPrivacy(show) {
  if (!wx.onNeedPrivacyAuthorization) {
    return; // before base library 2.32.3 nothing is asked
  }
  // WeChat's typings take the argument for a result; it is the function that takes the answer.
  wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve) => {
    answerWeChat = resolve;
    show();
    resolve({ event: "exposureAuthorization" });
  });
}

/** Hand the person's answer to WeChat; `buttonId` is the id of the button that was pressed. */
function settlePrivacy(agreed, buttonId = "") {
  const resolve = answerWeChat;
  answerWeChat = null;
  if (resolve) {
    resolve(agreed ? { event: "agree", buttonId } : { event: "disagree" });
  }
}

/** Return the name of WeChat's guide, e.g. 《乡村小脑用户隐私保护指引》. */
function guideName() {
  return new Promise((resolve) => {
    if (!wx.getPrivacySetting) {
      resolve("");
      return;
    }
    wx.getPrivacySetting({ success: ({ privacyContractName }) => resolve(privacyContractName || ""), fail: () => resolve("") });
  });
}

/* The township's notice -------------------------------------------------------------------------- */

/** What was answered on this phone: `{version, kinds: {privacy: true, …}}`. */
function answers() {
  return wx.getStorageSync(KEPT) || { version: "", kinds: {} };
}

/** Return the notice when it has to be shown (never answered, or new words), else null. */
async function noticeToShow() {
  const notice = await api.notice();
  const kept = answers();
  return kept.kinds.privacy && kept.version === notice.version ? null : notice;
}

/** Return the words of a consent that was not asked for yet, `{kind, title, purpose, retention, if_refused}`, else null. */
async function unanswered(kind) {
  if (kind in answers().kinds) {
    return null;
  }
  const { consents } = await api.notice();
  return consents.find((one) => one.kind === kind) || null;
}

/**
 * Keep answers, e.g. `{location: true}`, and send them; without network they wait for `sendWaiting`.
 * Throws ApiError `notice_outdated` when the words have changed since they were shown.
 */
async function answer(kinds, { version = "", age = "" } = {}) {
  const kept = answers();
  const state = { version: version || kept.version, kinds: { ...kept.kinds, ...kinds } };
  const waiting = wx.getStorageSync(WAITING) || { kinds: {}, age: "" };
  wx.setStorageSync(KEPT, state);
  wx.setStorageSync(WAITING, { version: state.version, kinds: { ...waiting.kinds, ...kinds }, age: age || waiting.age });
  await sendWaiting();
}

/** Send what waits; quiet when there is no network. */
async function sendWaiting() {
  const waiting = wx.getStorageSync(WAITING);
  if (!waiting) {
    return;
  }
  try {
    // The age first: a child's answers are worth something only with the guardian's.
    if (waiting.age) {
      await sendAge(waiting.age);
    }
    const version = waiting.version || (await api.notice()).version;
    await api.answerConsents(version, waiting.kinds);
    wx.removeStorageSync(WAITING);
  } catch (error) {
    if (error.passing) {
      return;
    }
    wx.removeStorageSync(WAITING);
    if (error.code === "notice_outdated") {
      wx.removeStorageSync(KEPT);
    }
    throw error;
  }
}

async function sendAge(age) {
  try {
    await api.changeMe({ age_band: age });
  } catch (error) {
    // A child that says otherwise the second time stays one; its other answers count all the same.
    if (error.code !== "age_band_fixed") {
      throw error;
    }
  }
}

/** The server's answers win over this phone's: they may have been changed on another page. */
function takeOver({ version, needs_answer, items }) {
  const kinds = {};
  items.filter((item) => item.state !== "unasked").forEach((item) => Object.assign(kinds, { [item.kind]: item.state === "given" }));
  wx.setStorageSync(KEPT, { version: needs_answer ? "" : version, kinds });
}

module.exports = { answer, answers, guideName, noticeToShow, sendWaiting, settlePrivacy, takeOver, unanswered, watchPrivacy };
