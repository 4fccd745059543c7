/* Consent: the sheet at the first use, and the question before one of the things is given. Nothing here ever stops a report. */

import { STATE, answers } from "./answers.js";
import { get, set } from "./kv.js";
import { api } from "./api.js";
import { busy, dialog, el, errorText, icon, toast } from "./ui.js";

const WAITING = "consents-unsent";
const ASKED = "xc.first-use-asked";

export { answers } from "./answers.js";

/** The notice in force (texts, versions). */
export function notice() {
  return api("/privacy/notice", { auth: "none" });
}

/**
 * Keep answers and send them; without network they wait and are sent with the next ones. `kinds` e.g. `{location: true}`.
 * Throws only where the server says no to a notice that changed (`notice_outdated`).
 */
export async function answer(kinds, { version = "", age = "" } = {}) {
  const kept = await answers();
  const state = { version: version || kept.version, kinds: { ...kept.kinds, ...kinds }, age: age || kept.age || "" };
  const waiting = (await get(WAITING)) || { kinds: {}, age: "" };
  await set(STATE, state);
  await set(WAITING, { version: state.version, kinds: { ...waiting.kinds, ...kinds }, age: age || waiting.age });
  await sendWaiting();
}

/** Send what waits; quiet when there is no network. */
export async function sendWaiting() {
  const waiting = await get(WAITING);
  if (!waiting) {
    return;
  }
  try {
    // The age first: a child's answers are worth something only with the guardian's.
    if (waiting.age) {
      await sendAge(waiting.age);
    }
    // Who agrees where a thing was refused has not read the sheet on this phone: then it is the notice in force.
    const version = waiting.version || (await notice()).version;
    await api("/me/consents", { method: "PUT", body: { version, consents: waiting.kinds, channel: "h5" } });
    await set(WAITING, undefined);
  } catch (error) {
    if (error.retryable || error.code === "sign_in_again") {
      return;
    }
    await set(WAITING, undefined);
    if (error.code === "notice_outdated") {
      await set(STATE, undefined);
    }
    throw error;
  }
}

async function sendAge(age) {
  try {
    await api("/me", { method: "PUT", body: { age_band: age } });
  } catch (error) {
    // A child that says otherwise the second time stays one; its other answers count all the same.
    if (error.code !== "age_band_fixed") {
      throw error;
    }
  }
}

/** The answers of the server win over this phone's: after signing in elsewhere, or withdrawing on another phone. */
export async function takeOver(list) {
  const kinds = {};
  for (const item of list.items) {
    if (item.state !== "unasked") {
      kinds[item.kind] = item.state === "given";
    }
  }
  const kept = await answers();
  await set(STATE, { version: list.needs_answer ? "" : list.version, kinds, age: kept.age || "" });
}

// Once in a visit is enough: somebody who said "not now" is not asked again on every way home.
function askedBefore() {
  try {
    return sessionStorage.getItem(ASKED) === "1";
  } catch {
    return false;
  }
}

function rememberAsked() {
  try {
    sessionStorage.setItem(ASKED, "1");
  } catch {
    // Asked again at the next page, then.
  }
}

const AGES = [
  { value: "adult", text: "已满18岁" },
  { value: "teen", text: "14到17岁" },
  { value: "child", text: "未满14岁" },
];

function ageQuestion(chosen) {
  const name = `age${Math.random().toString(36).slice(2)}`;
  return el(
    "fieldset",
    { class: "chips-field" },
    el("legend", { text: "您的年龄（可以不答）" }),
    AGES.map((age) =>
      el("label", { class: "chip-choice" }, el("input", { type: "radio", name, value: age.value, onchange: () => chosen(age.value) }), el("span", { text: age.text })),
    ),
  );
}

/**
 * The sheet at the first use. Resolves true (agreed), false (not now) or null (nothing to ask, or no network yet).
 * Whoever says "not now" can still report a danger; the sheet comes again at the next visit.
 */
export async function firstUse({ force = false } = {}) {
  if (!force && askedBefore()) {
    return null;
  }
  const kept = await answers();
  let text;
  try {
    text = await notice();
  } catch {
    return null;
  }
  if (!force && kept.kinds.privacy && kept.version === text.version) {
    return null;
  }
  rememberAsked();
  let age = "";
  const agreed = await dialog({
    title: "您的信息怎么用",
    sheet: true,
    content: [
      el("ul", { class: "points" }, text.summary.map((line) => el("li", {}, icon("check"), el("span", { text: line })))),
      el("p", {}, el("a", { href: "/h5/privacy", target: "_blank", text: "看完整的隐私说明" })),
      ageQuestion((value) => {
        age = value;
      }),
    ],
    buttons: [
      { text: "先不同意", value: false },
      { text: "同意", value: true, kind: "primary" },
    ],
  });
  if (agreed) {
    try {
      await answer({ privacy: true }, { version: text.version, age });
    } catch (error) {
      toast(errorText(error), "bad");
    }
    if (age === "child") {
      await childWords();
    }
  }
  return agreed === true;
}

async function childWords() {
  await dialog({
    title: "需要爸爸妈妈或其他监护人同意",
    content: "没有监护人同意以前，您报的问题我们照样会处理，但不保存您是谁。发现危险请马上告诉身边的大人，并拨打 110、119 或 120。",
    buttons: [{ text: "知道了", value: true, kind: "primary" }],
  });
}

/**
 * Ask before one of the things is given: kind `location`, `photo`, `phone`, `publication` or `notices`. Resolves true or
 * false; asks once, then remembers (change it in 我的 → 隐私). Never stops anything: after false go on without the thing.
 */
export async function ask(kind, { again = false, button: node = null } = {}) {
  const kept = await answers();
  if (kind in kept.kinds && !again) {
    return kept.kinds[kind];
  }
  let text;
  try {
    text = await busy(node, notice);
  } catch {
    // No words at hand, so nothing is asked: the thing may be used, the notice stands beside the field.
    return true;
  }
  const item = text.consents.find((one) => one.kind === kind);
  if (!item) {
    return true;
  }
  const agreed = await dialog({
    title: item.title,
    sheet: true,
    content: [
      el("p", { text: item.purpose }),
      el("dl", { class: "facts" }, el("dt", { text: "保存多久" }), el("dd", { text: item.retention }), el("dt", { text: "不同意会怎样" }), el("dd", { text: item.if_refused })),
    ],
    buttons: [
      { text: "不同意", value: false },
      { text: "同意", value: true, kind: "primary" },
    ],
  });
  if (agreed !== null) {
    try {
      await answer({ [kind]: agreed }, { version: text.version });
    } catch (error) {
      toast(errorText(error), "bad");
    }
  }
  return agreed === true;
}
