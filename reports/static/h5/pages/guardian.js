/* The guardian's own telephone: what is confirmed, and by whom. Opened by the link the child sent. */

import { ready } from "../core/app.js";
import { api } from "../core/api.js";
import { signInOptions } from "../core/signin.js";
import { phoneForm } from "../me/phone.js";
import { $, attempt, button, config, el, emptyState, errorState, field, fill, linkButton, skeleton } from "../core/ui.js";

const root = $("#guardian");
const code = plain(new URLSearchParams(location.search).get("code") || "");

function plain(text) {
  return text.replace(/[\s-]/g, "").toUpperCase();
}

function grouped(text) {
  return text.length === 8 ? `${text.slice(0, 4)}-${text.slice(4)}` : text;
}

function done(title, text) {
  fill(root, emptyState(title, text, { icon: "check-circle", action: linkButton("回首页", config.urls.home, { kind: "primary" }) }));
}

async function send(body) {
  const path = `/guardian/${encodeURIComponent(code)}`;
  try {
    return await api(path, { method: "POST", body });
  } catch (error) {
    if (error.code !== "guardian_too_young") {
      throw error;
    }
    // The box above says so: whoever confirms is of age.
    await api("/me", { method: "PUT", body: { age_band: "adult" } });
    return api(path, { method: "POST", body });
  }
}

// A number typed in proves nothing: without text messages it is WeChat or the office's window.
async function verifyFirst() {
  const { sms } = await signInOptions().catch(() => ({ sms: false }));
  const text = sms
    ? "确认孩子的事要知道是您本人：请先验证手机号，或者用微信打开这个链接。"
    : "确认孩子的事要知道是您本人：请用微信打开这个链接，或者带孩子的确认码到街道办事窗口登记。";
  fill(
    root,
    el("div", { class: "card card-warn" }, el("h2", { text: "还要确认是您本人" }), el("p", { text }), el("p", {}, "确认码 ", el("strong", { class: "guardian-code", text: grouped(code) }))),
    sms ? phoneForm(() => show()) : null,
  );
}

function choice(name, value, text, checked = false) {
  return el("label", { class: "chip-choice" }, el("input", { type: "radio", name, value, checked }), el("span", { text }));
}

function form(request) {
  const adult = el("input", { type: "checkbox" });
  const wrong = el("p", { class: "field-error", role: "alert" });
  const yes = button("同意", { kind: "primary", icon: "check" });
  const no = button("不同意", { kind: "danger" });
  yes.addEventListener("click", () =>
    attempt(yes, async () => {
      if (!adult.checked) {
        wrong.textContent = "请先勾选“我是监护人，已满18岁”";
        adult.focus();
        return;
      }
      const relation = $("input[name=relation]:checked", root).value;
      try {
        await send({ agree: true, relation });
        done("已同意", "谢谢。孩子现在可以查看自己上报的进度。您可以随时用同一个链接撤回。");
      } catch (error) {
        if (error.code !== "guardian_unverified") {
          throw error;
        }
        await verifyFirst();
      }
    }),
  );
  no.addEventListener("click", () =>
    attempt(no, async () => {
      await send({ agree: false });
      done("已拒绝", request.state === "confirmed" ? "孩子的身份信息已经删除。" : "孩子报的问题照样处理，但不保存他是谁。");
    }),
  );
  return [
    request.state === "confirmed" ? el("p", { class: "card card-info", text: "您已经同意过。点“不同意”可以撤回，孩子的身份信息会被删除。" }) : null,
    el("div", { class: "card" }, el("h2", { text: "一个孩子请您确认" }), el("ul", { class: "points" }, request.texts.map((line) => el("li", {}, el("span", { text: line }))))),
    el("fieldset", { class: "chips-field card" }, el("legend", { class: "sr-only", text: "您是孩子的" }), choice("relation", "parent", "我是父亲或母亲", true), choice("relation", "other", "我是其他监护人")),
    el("label", { class: "check" }, adult, el("span", { text: "我是监护人，已满18岁" })),
    wrong,
    el("div", { class: "buttons" }, no, yes),
  ];
}

// Told over the telephone or read from paper, the code is typed in.
function codeForm() {
  const given = field("孩子的确认码", { autocapitalize: "characters", autocomplete: "off", maxlength: 12, hint: "在孩子手机的“我的 → 隐私与授权”里，例如 K7MP-2QXR。" });
  const next = button("下一步", { class: "btn btn-primary btn-block" });
  next.addEventListener("click", () => {
    const text = plain(given.input.value);
    if (text) {
      location.search = `?code=${encodeURIComponent(text)}`;
    } else {
      given.error("请填确认码");
    }
  });
  return [given.node, next];
}

async function show() {
  if (!code) {
    fill(root, codeForm());
    return;
  }
  fill(root, skeleton(4));
  try {
    await ready;
    fill(root, form(await api(`/guardian/${encodeURIComponent(code)}`)));
  } catch (error) {
    if (error.status === 404) {
      fill(root, el("p", { class: "card card-warn", text: "确认码不对或已过期。请核对，或让孩子重新发一次链接。" }), codeForm());
    } else {
      fill(root, errorState(error, show));
    }
  }
}

show();
