/* What pages show and ask: toast, dialog, sheet, states, busy buttons. Everything works with a keyboard and a reader. */

import { $, $$, button, el, fill, icon } from "./dom.js";
import { waitWords } from "./time.js";

export { $, $$, button, config, el, fill, icon, linkButton } from "./dom.js";
export { agoWords, dateWords, dueWords, momentWords, waitWords } from "./time.js";

let toastTimer = 0;

/** Say something short at the foot of the page; `kind`: "", "good", "bad". It is read aloud by readers. */
export function toast(text, kind = "") {
  const box = $("#h5-toast");
  // Above a dialog nothing is seen but what is in it.
  ($$("dialog[open]").pop() || document.body).append(box);
  fill(box, el("div", { class: `toast ${kind ? `toast-${kind}` : ""}` }, icon(kind === "bad" ? "exclamation-triangle" : "check-circle"), el("span", { text })));
  clearTimeout(toastTimer);
  // Slow readers: at least four seconds, more for long sentences.
  toastTimer = setTimeout(() => fill(box), Math.max(4000, text.length * 220));
}

/** Return the words for any error, with the waiting time where the server named one. */
export function errorText(error) {
  const text = (error && error.message) || "出了点问题，请再试一次";
  const wait = error && error.status === 429 && error.retryAfter;
  return wait && !/秒|分钟|小时|明天/.test(text) ? `${text}（请等${waitWords(error.retryAfter)}）` : text;
}

/** Await scripts that are fetched late; without a line for them, say so in words fit to be shown. */
export async function fetched(scripts) {
  try {
    return await scripts;
  } catch {
    throw new Error("网络断了，页面没有装全，有网时请再按一次");
  }
}

/**
 * Show a dialog of our own and resolve with the value of the pressed button (null when closed).
 * `content`: nodes or text. `buttons`: `[{text, value, kind, icon, before}]`; `before(value)` may return false to stay
 * open (or a promise of it). `sheet`: from the foot of the screen. `must`: cannot be dismissed.
 */
export function dialog({ title, content = [], buttons = [{ text: "知道了", value: true, kind: "primary" }], sheet = false, must = false } = {}) {
  return new Promise((resolve) => {
    const back = document.activeElement;
    const id = `d${Math.random().toString(36).slice(2)}`;
    const box = el("dialog", { class: `dialog ${sheet ? "dialog-sheet" : ""}`, "aria-labelledby": id });
    const close = (value) => {
      if (box.open && box.close) {
        box.close();
      }
      document.body.append($("#h5-toast"));
      box.remove();
      if (back && back.isConnected && back.focus) {
        back.focus({ preventScroll: true });
      }
      resolve(value);
    };
    const press = async (choice, node) => {
      if (choice.before) {
        const stay = await busy(node, async () => (await choice.before(choice.value)) === false).catch((error) => {
          toast(errorText(error), "bad");
          return true;
        });
        if (stay) {
          return;
        }
      }
      close(choice.value);
    };
    const row = buttons.map((choice) => {
      const node = button(choice.text, { kind: choice.kind || "plain", icon: choice.icon || "" });
      node.addEventListener("click", () => press(choice, node));
      return node;
    });
    fill(
      box,
      el("div", { class: "dialog-head" }, el("h2", { id, tabindex: "-1", text: title }), must ? null : closer(() => close(null))),
      el("div", { class: "dialog-body" }, typeof content === "string" ? el("p", { text: content }) : content),
      el("div", { class: "dialog-foot" }, row),
    );
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!must) {
        close(null);
      }
    });
    if (!must) {
      box.addEventListener("click", (event) => {
        if (event.target === box) {
          close(null);
        }
      });
    }
    document.body.append(box);
    open(box);
    $(`#${id}`, box).focus({ preventScroll: true });
  });
}

function closer(onclick) {
  return el("button", { class: "icon-btn", type: "button", "aria-label": "关闭", onclick }, icon("x-mark"));
}

function open(box) {
  if (box.showModal) {
    box.showModal();
    return;
  }
  // Before Safari 15.4: the same box without the browser's own modality.
  box.setAttribute("open", "");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.classList.add("dialog-old");
}

/** Ask yes or no; resolves true or false. */
export async function confirm(title, text = "", { yes = "确定", no = "取消", danger = false } = {}) {
  const answer = await dialog({
    title,
    content: text,
    buttons: [
      { text: no, value: false },
      { text: yes, value: true, kind: danger ? "danger" : "primary" },
    ],
  });
  return answer === true;
}

/** Say something that must be read; resolves when closed. */
export function alert(title, text = "") {
  return dialog({ title, content: text });
}

/** Let choose one of `[{text, value, hint, icon}]` from a sheet; resolves with the value or null. */
export function choose(title, options) {
  return new Promise((resolve) => {
    let chosen = null;
    const list = el("div", { class: "list" });
    dialog({ title, content: [list], sheet: true, buttons: [{ text: "取消", value: null }] }).then(() => resolve(chosen));
    const box = list.closest("dialog");
    fill(
      list,
      options.map((option) =>
        el(
          "button",
          {
            class: "row",
            type: "button",
            onclick: () => {
              chosen = option.value;
              $(".dialog-foot button", box).click();
            },
          },
          option.icon ? icon(option.icon) : null,
          el("span", { class: "row-main" }, el("span", { class: "row-title", text: option.text }), option.hint ? el("span", { class: "row-hint", text: option.hint }) : null),
        ),
      ),
    );
  });
}

/** Run `work` with the button held: no second press, and a reader hears that something goes on. */
export async function busy(node, work) {
  if (node && node.getAttribute("aria-busy") === "true") {
    return undefined;
  }
  if (node) {
    node.setAttribute("aria-busy", "true");
    node.setAttribute("aria-disabled", "true");
  }
  try {
    return await work();
  } finally {
    if (node) {
      node.removeAttribute("aria-busy");
      node.removeAttribute("aria-disabled");
    }
  }
}

/** Like `busy`, and says what went wrong; resolves undefined then. */
export async function attempt(node, work) {
  try {
    return await busy(node, work);
  } catch (error) {
    if (error && error.code === "sign_in_again") {
      await offerSignIn();
    } else {
      toast(errorText(error), "bad");
    }
    return undefined;
  }
}

// app.js hears it: signing in needs this module, so this one cannot need signing in.
function askSignIn() {
  window.dispatchEvent(new CustomEvent("h5:sign-in"));
}

async function offerSignIn() {
  if (await confirm("登录已过期", "重新登录后再试一次。", { yes: "重新登录" })) {
    askSignIn();
  }
}

/** Nothing there yet: `action` is a node (button, link). */
export function emptyState(title, text = "", { icon: name = "inbox", action = null } = {}) {
  return el("div", { class: "state" }, icon(name, { size: "xl" }), el("p", { class: "state-title", text: title }), text ? el("p", { class: "hint", text }) : null, action);
}

/** It did not work: says why and offers to try again. */
export function errorState(error, retry) {
  const offline = error && error.offline;
  const expired = error && error.code === "sign_in_again";
  return el(
    "div",
    { class: "state", role: "alert" },
    icon(offline ? "signal-slash" : "exclamation-triangle", { size: "xl" }),
    el("p", { class: "state-title", text: offline ? "现在没有网络" : "没有打开" }),
    el("p", { class: "hint", text: errorText(error) }),
    error && error.requestId ? el("p", { class: "fine", text: `故障编号 ${error.requestId}` }) : null,
    expired ? button("重新登录", { kind: "primary", onclick: askSignIn }) : null,
    retry && !expired ? button("再试一次", { kind: "primary", icon: "arrow-path", onclick: retry }) : null,
  );
}

/** Grey lines while something loads. */
export function skeleton(lines = 3) {
  return el(
    "div",
    { class: "skeleton", role: "status" },
    el("span", { class: "sr-only", text: "正在加载" }),
    Array.from({ length: lines }, () => el("div", { class: "skeleton-line", "aria-hidden": "true" })),
  );
}

/**
 * Load into a node: skeleton, then what `view(data)` returns, or the error with a retry button.
 * Returns the data, or undefined after an error.
 */
export async function load(node, get, view, { lines = 3 } = {}) {
  fill(node, skeleton(lines));
  node.setAttribute("aria-busy", "true");
  try {
    const data = await get();
    fill(node, view(data));
    return data;
  } catch (error) {
    fill(node, errorState(error, () => load(node, get, view, { lines })));
    return undefined;
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** A status `{code, label}` as a chip: colour and word. */
export function statusChip(status) {
  return el("span", { class: `chip chip-${status.code}`, text: status.label });
}

/** Put a labelled field: returns `{node, input, error(text)}`. `tag`: input or textarea; `attrs` of the input. */
export function field(label, { tag = "input", hint = "", ...attrs } = {}) {
  const id = `f${Math.random().toString(36).slice(2)}`;
  const input = el(tag, { id, class: "input", ...(tag === "input" ? { type: "text" } : {}), ...attrs });
  const wrong = el("p", { class: "field-error", id: `${id}-e`, hidden: true });
  const help = hint ? el("p", { class: "hint", id: `${id}-h`, text: hint }) : null;
  input.setAttribute("aria-describedby", `${id}-e${hint ? ` ${id}-h` : ""}`);
  const node = el("div", { class: "field" }, el("label", { for: id, text: label }), input, help, wrong);
  const error = (text) => {
    wrong.textContent = text || "";
    wrong.hidden = !text;
    input.toggleAttribute("aria-invalid", Boolean(text));
    if (text) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  };
  return { node, input, error };
}

/** A switch (a real checkbox): returns `{node, input}`. */
export function toggle(label, { hint = "", checked = false, onchange } = {}) {
  const id = `t${Math.random().toString(36).slice(2)}`;
  const input = el("input", { id, type: "checkbox", class: "switch", role: "switch", checked, onchange });
  if (hint) {
    input.setAttribute("aria-describedby", `${id}-h`);
  }
  const node = el(
    "div",
    { class: "row" },
    el("div", { class: "row-main" }, el("label", { class: "row-title", for: id, text: label }), hint ? el("p", { class: "row-hint", id: `${id}-h`, text: hint }) : null),
    input,
  );
  return { node, input };
}

/** Say something to readers only. */
export function announce(text) {
  $("#h5-live").textContent = text;
}
