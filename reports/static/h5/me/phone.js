/* A telephone number: optional; with a code by SMS where the place can send one. */

import { api } from "../core/api.js";
import { ask } from "../core/consent.js";
import { rememberResident } from "../core/session.js";
import { signInOptions } from "../core/signin.js";
import { attempt, button, el, errorText, field, toast } from "../core/ui.js";

const MOBILE = /^1[3-9]\d{9}$/;

function countDown(node, text, seconds) {
  let left = seconds;
  node.disabled = true;
  const label = node.querySelector("span");
  const tick = () => {
    label.textContent = left > 0 ? `${left}秒后可重发` : text;
    if (left > 0 && node.isConnected) {
      left -= 1;
      setTimeout(tick, 1000);
    } else {
      node.disabled = false;
    }
  };
  tick();
}

function number(phone) {
  const value = phone.input.value.replace(/[\s-]/g, "");
  const good = MOBILE.test(value);
  phone.error(good ? "" : "请填11位手机号");
  return good ? value : "";
}

/** Which field an answer of the server is about. */
function tell(error, phone, code) {
  if (["sms_code_wrong", "sms_code_expired"].includes(error.code)) {
    code.error(errorText(error));
  } else if (error.status === 400) {
    phone.error(errorText(error));
  } else {
    toast(errorText(error), "bad");
  }
}

/** A number and its code: `send(phone)` answers `{retry_after}`, `check(phone, code)` ends it. `may()` is asked before. */
function codeSteps(phone, { send: sendCode, check: checkCode, may = async () => true }) {
  const code = field("短信验证码", { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 6, placeholder: "6位数字" });
  const send = button("发送验证码", { class: "btn btn-plain btn-block" });
  const check = button("验证", { class: "btn btn-primary btn-block" });
  const rest = el("div", { class: "stack", hidden: true }, code.node, check);
  send.addEventListener("click", () =>
    attempt(send, async () => {
      const value = number(phone);
      if (!value || !(await may())) {
        return;
      }
      try {
        const sent = await sendCode(value);
        rest.hidden = false;
        code.input.focus();
        toast("验证码已发送，5分钟内有效");
        countDown(send, "重新发送", sent.retry_after);
      } catch (error) {
        tell(error, phone, code);
      }
    }),
  );
  check.addEventListener("click", () =>
    attempt(check, async () => {
      const value = number(phone);
      if (!value) {
        return;
      }
      if (!/^\d{6}$/.test(code.input.value.trim())) {
        code.error("请填6位数字");
        return;
      }
      try {
        await checkCode(value, code.input.value.trim());
      } catch (error) {
        tell(error, phone, code);
      }
    }),
  );
  return [send, rest];
}

function smsPart(phone, finish) {
  return codeSteps(phone, {
    may: () => ask("phone", { again: true }),
    send: (value) => api("/me/phone/sms", { method: "POST", body: { phone: value } }),
    check: async (value, code) => finish(await api("/me/phone", { method: "PUT", body: { phone: value, sms_code: code } })),
  });
}

/** A form for somebody else's number and the code sent there. */
export function codeForm({ label, hint, send, check }) {
  const phone = field(label, { type: "tel", inputmode: "tel", autocomplete: "off", maxlength: 13, hint });
  return el("div", { class: "stack" }, phone.node, codeSteps(phone, { send, check }));
}

function plainPart(phone, finish) {
  const save = button("保存", { class: "btn btn-primary btn-block" });
  save.addEventListener("click", () =>
    attempt(save, async () => {
      const value = number(phone);
      if (!value || !(await ask("phone", { again: true }))) {
        return;
      }
      try {
        await finish(await api("/me", { method: "PUT", body: { phone: value } }));
      } catch (error) {
        tell(error, phone, phone);
      }
    }),
  );
  return save;
}

/** A form for the number; `done(resident)` is called when the server has it. */
export function phoneForm(done, { phone: known = "" } = {}) {
  const phone = field("手机号", { type: "tel", inputmode: "tel", autocomplete: "tel", maxlength: 13, value: known, hint: "可以不填。只用来核实情况和告诉您结果。" });
  const ways = el("div", { class: "stack" });
  const finish = async (resident) => {
    await rememberResident(resident);
    done(resident);
  };
  signInOptions()
    .catch(() => ({ sms: false }))
    .then((options) => ways.append(...[options.sms ? smsPart(phone, finish) : plainPart(phone, finish)].flat()));
  return el("div", { class: "stack" }, phone.node, ways);
}
