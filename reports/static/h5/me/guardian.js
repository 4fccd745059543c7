/* Somebody under 14: a guardian says yes on a telephone of their own, or on paper at the office. */

import { api } from "../core/api.js";
import { inWeChat } from "../core/signin.js";
import { attempt, button, el, fill, momentWords, toast } from "../core/ui.js";
import { codeForm } from "./phone.js";

function link(state) {
  return new URL(state.path, location.origin).href;
}

async function share(state) {
  const url = link(state);
  if (navigator.share && !inWeChat) {
    try {
      await navigator.share({ title: "请家长确认", text: "孩子想用乡村小脑报问题，请确认：", url });
      return;
    } catch (error) {
      if (error.name === "AbortError") {
        return;
      }
    }
  }
  await navigator.clipboard.writeText(url);
  toast("链接已复制，发给爸爸妈妈", "good");
}

function waiting(state) {
  const send = button("把链接发给监护人", { kind: "primary", icon: "paper-airplane" });
  send.addEventListener("click", () => attempt(send, () => share(state)));
  return [
    el("p", {}, "确认码 ", el("strong", { class: "guardian-code", text: state.code }), el("span", { class: "hint", text: `（${momentWords(state.expires_at)}前有效）` })),
    send,
  ];
}

function begin(node) {
  const start = button("请监护人确认", { kind: "primary", icon: "user-group" });
  start.addEventListener("click", () =>
    attempt(start, async () => {
      show(node, await api("/me/guardian", { method: "POST", body: {} }));
    }),
  );
  return start;
}

/** The guardian's telephone gets a code; whoever agrees tells it to the child. */
function bySms(node) {
  return codeForm({
    label: "监护人的手机号",
    hint: "只用来发这一次验证码，我们不保存。",
    send: (phone) => api("/me/guardian/sms", { method: "POST", body: { phone } }),
    check: async (phone, code) => {
      show(node, await api("/me/guardian", { method: "PUT", body: { phone, sms_code: code } }));
      toast("监护人已同意", "good");
    },
  });
}

function show(node, state) {
  node.hidden = state.state === "not_needed";
  if (node.hidden) {
    return;
  }
  if (state.state === "confirmed") {
    fill(node, el("div", { class: "card" }, el("h2", { text: "监护人已同意" }), el("p", { class: "hint", text: "监护人可以随时撤回同意。" })));
    return;
  }
  fill(
    node,
    el(
      "div",
      { class: "card card-warn" },
      el("h2", { text: "需要监护人同意" }),
      el("p", { text: "您未满14周岁。监护人同意以前，报的问题照样处理，但不保存您是谁，也查不到进度。" }),
      state.state === "waiting" ? waiting(state) : begin(node),
      el("h3", { text: "办法" }),
      state.ways.map((way) => [el("p", { class: "strong", text: way.label }), el("p", { class: "hint", text: way.text }), way.code === "sms" ? bySms(node) : null]),
    ),
  );
}

/** Show what is to be done, or nothing for whoever needs no guardian. */
export async function guardianPart(node) {
  try {
    show(node, await api("/me/guardian"));
  } catch {
    node.hidden = true;
  }
}
