/* Me: name, telephone, type size, reminders, sign-in. Looking makes nobody a guest; changing something does. */

import { ready } from "../core/app.js";
import { api, currentSession } from "../core/api.js";
import { ask } from "../core/consent.js";
import { isLarge, setLarge } from "../core/large.js";
import { rememberResident } from "../core/session.js";
import { countUnsent, goToWeChat, inWeChat, signInOptions, signOut } from "../core/signin.js";
import { phoneForm } from "../me/phone.js";
import { $, attempt, button, confirm, dialog, el, errorState, errorText, field, fill, icon, skeleton, toast, toggle } from "../core/ui.js";

const profile = $("#me-profile");

function rowButton(title, hint, name, onclick) {
  return el(
    "button",
    { class: "row", type: "button", onclick },
    icon(name),
    el("span", { class: "row-main" }, el("span", { class: "row-title", text: title }), el("span", { class: "row-hint", text: hint })),
    icon("chevron-right"),
  );
}

function masked(phone) {
  return phone.length === 11 ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : phone;
}

async function editName(resident) {
  const name = field("称呼", { value: resident.nickname || "", maxlength: 30, autocomplete: "nickname", hint: "例如：王阿姨。可以不填，不用写真名。" });
  await dialog({
    title: "怎么称呼您",
    content: [name.node],
    buttons: [
      { text: "取消", value: null },
      {
        text: "保存",
        value: true,
        kind: "primary",
        before: async () => {
          try {
            await changed(await api("/me", { method: "PUT", body: { nickname: name.input.value.trim() } }));
            return true;
          } catch (error) {
            name.error(errorText(error));
            return false;
          }
        },
      },
    ],
  });
}

async function removePhone() {
  if (await confirm("删除手机号？", "工作人员将没法打电话向您核实。", { yes: "删除", danger: true })) {
    await changed(await api("/me", { method: "PUT", body: { phone: "" } }));
    toast("已删除", "good");
  }
}

async function editPhone(resident) {
  let close = () => {};
  const form = phoneForm(
    (answer) => {
      close();
      changed(answer);
      toast("手机号已保存", "good");
    },
    { phone: resident.phone || "" },
  );
  const remove = resident.phone
    ? button("删除手机号", {
        kind: "danger",
        onclick: () => {
          close();
          removePhone().catch((error) => toast(errorText(error), "bad"));
        },
      })
    : null;
  const shown = dialog({ title: "手机号", content: [form, remove], buttons: [{ text: "关闭", value: null }] });
  const box = form.closest("dialog");
  close = () => $(".dialog-foot button", box).click();
  await shown;
}

async function changed(resident) {
  await rememberResident(resident);
  showProfile(resident);
}

function phoneHint(resident) {
  if (!resident.phone) {
    return "没有填，可以不填";
  }
  return `${masked(resident.phone)}${resident.phone_verified ? "，已验证" : "，未验证"}`;
}

function showProfile(resident) {
  const role = resident.role && resident.role.code !== "resident" ? el("p", { class: "hint", text: `身份：${resident.role.label}` }) : null;
  fill(
    profile,
    el(
      "div",
      { class: "list" },
      rowButton(resident.nickname || "还没有称呼", "点这里改称呼", "user", () => editName(resident)),
      rowButton("手机号", phoneHint(resident), "phone", () => editPhone(resident)),
    ),
    role,
  );
}

const NOBODY = { nickname: "", phone: "", phone_verified: false, role: null };

async function loadProfile() {
  if (!(await currentSession())) {
    showProfile(NOBODY);
    return;
  }
  fill(profile, skeleton(2));
  try {
    await changed(await api("/me"));
  } catch (error) {
    fill(profile, errorState(error, loadProfile));
  }
}

function showDisplay() {
  const large = toggle("大字版", { hint: "字更大、话更少，还能朗读", checked: isLarge(), onchange: (event) => setLarge(event.target.checked) });
  window.addEventListener("h5:large", (event) => {
    large.input.checked = event.detail.large;
  });
  fill($("#me-display"), large.node);
}

function noticeRow(title, key, state, hint) {
  const row = toggle(title, { hint, checked: state.on && state.available });
  row.input.disabled = !state.available;
  row.input.addEventListener("change", () => changeNotice(row.input, key));
  return row.node;
}

async function changeNotice(input, key) {
  const wanted = input.checked;
  if (wanted && !(await ask("notices", { again: true }))) {
    input.checked = false;
    return;
  }
  try {
    showNotices(await api("/me/notices", { method: "PUT", body: { [key]: wanted } }));
    toast(wanted ? "已打开" : "已关闭", "good");
  } catch (error) {
    input.checked = !wanted;
    toast(errorText(error), "bad");
  }
}

function showNotices(state) {
  const wechat = state.wechat.available ? `还可以收${state.wechat.left}条` : "这里没有开通微信提醒";
  const sms = state.sms.available ? `发到 ${state.sms.phone}` : state.sms.reason || "这里没有开通短信提醒";
  fill($("#me-notices"), noticeRow("微信提醒", "wechat", state.wechat, wechat), noticeRow("短信提醒", "sms", state.sms, sms));
}

const INBOX_ONLY = "办理有进展时，会在“消息”里告诉您。";

async function loadNotices() {
  const box = $("#me-notices");
  if (!(await currentSession())) {
    fill(box, el("p", { class: "row hint", text: INBOX_ONLY }));
    return;
  }
  fill(box, el("div", { class: "row" }, skeleton(1)));
  try {
    showNotices(await api("/me/notices"));
  } catch {
    fill(box, el("p", { class: "row hint", text: INBOX_ONLY }));
  }
}

async function leave() {
  const unsent = await countUnsent();
  const lost = unsent ? `这部手机里还有${unsent}件没有发出去，退出后会删除。` : "";
  if (await confirm("退出登录？", `${lost}退出后要再用微信登录才能看到您的上报。`, { yes: "退出", danger: Boolean(unsent) })) {
    await signOut();
    location.reload();
  }
}

async function wechatButton() {
  const options = inWeChat ? await signInOptions().catch(() => null) : null;
  if (!options || !options.wechat_h5) {
    return null;
  }
  const node = button("用微信登录，换手机也能看到", { kind: "primary" });
  node.addEventListener("click", () => attempt(node, goToWeChat));
  return node;
}

async function showSession() {
  const session = await currentSession();
  const box = $("#me-session");
  if (!session) {
    fill(box, el("p", { class: "hint", text: "您还没有登录。报第一个问题时会自动记住这部手机，不用注册。" }));
    return;
  }
  if (session.by === "guest") {
    fill(
      box,
      el("div", { class: "card" }, el("p", { text: "您没有注册，这部手机就是您的凭证：清除浏览器数据或换手机后，就看不到以前的上报了。请记下上报编号。" }), await wechatButton()),
    );
    return;
  }
  fill(box, button("退出登录", { class: "btn btn-plain btn-block", onclick: () => leave() }));
}

async function start() {
  showDisplay();
  await ready;
  await Promise.all([loadProfile(), loadNotices(), showSession()]);
}

start();
