/* What a resident may do with a case: one form for each action, in a sheet from the foot of the screen. */

import { alert, attempt, button, dialog, el, errorText, field, toast } from "../core/ui.js";
import { photoField } from "./attach.js";
import { actOn, grown } from "./sure.js";
import { keepTyped } from "./typed.js";
import { dayWords, isLetter } from "./words.js";

const MAX_TEXT = 2000;
const MAX_SHORT = 500;

/** Whether the person has urged today already: once a day is the rule of the server, too. */
export function urgedToday(report, now = new Date()) {
  return report.timeline.some((line) => line.kind === "urge" && dayWords(line.at, now) === dayWords(now.toISOString(), now));
}

function reopenHint(report) {
  const rule = report.reopen;
  if (!rule) {
    return "办结后 30 天内可以申请，最多两次，编号不变。";
  }
  const until = rule.until ? `，${dayWords(rule.until)}前有效` : "";
  return `还可以申请 ${rule.left} 次${until}。编号不变，指挥室会重新安排办理。`;
}

const ask = (label, { name, required = "", max = MAX_SHORT, hint = "", placeholder = "" }) => ({ label, name, required, max, hint, placeholder });

/** Return how an action looks for this report: words, form, consequence. */
export function actionOf(code, report) {
  const appeal = code === "reopen" && report.status.code === "rejected";
  return (appeal ? ACTIONS.appeal : ACTIONS[code])(report);
}

const ACTIONS = {
  supplement: () => ({
    path: "supplement",
    kinds: ["supplement"],
    icon: "pencil-square",
    label: "补充",
    title: "补充情况或照片",
    text: ask("补充说明", { name: "text", max: MAX_TEXT, required: "请写几个字，或添加照片", placeholder: "比如：具体位置、最新情况" }),
    photos: true,
    send: "提交补充",
    done: "已补充，办理的人会看到",
  }),
  urge: (report) => ({
    path: "urge",
    kinds: ["urge"],
    icon: "bell-alert",
    label: urgedToday(report) ? "今天已催办" : "催办",
    title: "催办",
    hint: "会提醒正在办理的单位。每天可以催办一次。",
    text: ask("想说的话（可不填）", { name: "text" }),
    send: "催一下",
    done: "已催办，会提醒办理单位",
    off: urgedToday(report),
  }),
  withdraw: () => ({
    path: "withdraw",
    kinds: ["withdraw"],
    icon: "arrow-uturn-left",
    label: "撤回",
    title: "撤回这件上报？",
    hint: "撤回后不再办理，也不能恢复；记录会保留。如果问题还在，请不要撤回。",
    text: ask("撤回原因（可不填）", { name: "reason" }),
    send: "确定撤回",
    danger: true,
    done: "已撤回",
  }),
  reopen: (report) => ({
    path: "reopen",
    kinds: ["reopen"],
    icon: "arrow-path",
    label: "没办好，重新办理",
    title: "申请重新办理",
    hint: reopenHint(report),
    text: ask("哪里还没有办好", { name: "reason", required: "请写明哪里还没有办好" }),
    send: "申请重新办理",
    done: "已申请，指挥室会重新安排",
  }),
  appeal: () => ({
    path: "reopen",
    kinds: ["reopen", "appeal"],
    icon: "arrow-path",
    label: "申诉",
    title: "申诉",
    hint: "对“不予受理”有不同意见，可以申诉一次，指挥室会重新研判。",
    text: ask("申诉理由", { name: "reason", required: "请写明申诉理由" }),
    send: "提交申诉",
    done: "已收到您的申诉",
  }),
  ask_lead: () => ({
    path: "ask-lead",
    kinds: ["ask_lead"],
    icon: "user",
    label: "请领导复核",
    title: "请值班领导复核",
    hint: "重新办理的次数已经用完。值班领导会看到您写的话，并给您答复。",
    text: ask("想请领导看什么", { name: "text", required: "请写几句话" }),
    send: "提交",
    done: "已转给值班领导",
  }),
  rate: (report) => ({ label: "评价", icon: "star", title: isLetter(report) ? "评价这次答复" : "评价办理结果" }),
};

/** Build the fields of an action; `collect()` returns the body or null after showing what is wrong. */
export function formOf(spec, number) {
  const { node, input, error } = field(spec.text.label, {
    tag: "textarea", rows: "4", maxlength: String(spec.text.max), placeholder: spec.text.placeholder || null,
  });
  const kept = keepTyped(input, `${number}:${spec.path}`);
  const photos = spec.photos ? photoField() : null;
  const nodes = [spec.hint ? el("p", { class: "hint", text: spec.hint }) : null, node, photos ? photos.node : null];
  const collect = async () => {
    const words = input.value.trim();
    // A photo alone says something, too.
    if (spec.text.required && !words && !(photos && photos.count())) {
      error(spec.text.required);
      return null;
    }
    error("");
    const body = { [spec.text.name]: words };
    return photos && photos.count() ? { ...body, photos: await photos.upload() } : body;
  };
  const clear = async () => {
    await (await kept)();
    if (photos) {
      photos.clear();
    }
  };
  return { nodes, collect, clear, wrong: error };
}

/** Send what a form holds; returns the report as it is afterwards, or null when something is to be mended. */
export async function sendForm(spec, report, form, onStale) {
  const body = await form.collect();
  if (!body) {
    return null;
  }
  const words = body[spec.text.name];
  try {
    const after = await actOn(report.number, spec.path, body, { arrived: grown(report, spec.kinds, words) });
    await form.clear();
    toast(spec.done, "good");
    return after;
  } catch (error) {
    if (error.report) {
      onStale(error.report);
    }
    const named = (error.errors || []).find((one) => one.field === spec.text.name);
    if (named) {
      form.wrong(error.message || named.message);
      return null;
    }
    await tell(error);
    return null;
  }
}

/** Say what went wrong; what is long, as why somebody is restricted and until when, stays until it is read. */
async function tell(error) {
  if (error.code === "sender_blocked") {
    await alert("暂时不能操作", error.message);
    return;
  }
  toast(error.offline ? `${errorText(error)}。您写的内容已保存在手机里。` : errorText(error), "bad");
}

/** Open the sheet of an action and call `onDone(report)` with what came of it. */
export async function openAction(code, report, { onDone, onStale }) {
  const spec = actionOf(code, report);
  const form = formOf(spec, report.number);
  let after = null;
  await dialog({
    title: spec.title,
    sheet: true,
    content: form.nodes,
    buttons: [
      { text: "取消", value: null },
      {
        text: spec.send,
        value: "sent",
        kind: spec.danger ? "danger" : "primary",
        before: async () => {
          after = await sendForm(spec, report, form, onStale);
          return after !== null;
        },
      },
    ],
  });
  if (after) {
    onDone(after);
  }
}

/** The answer to a question of the office, right under it. */
export function answerForm(report, { onDone, onStale }) {
  const spec = { ...ACTIONS.supplement(report), text: ask("您的回答", { name: "text", max: MAX_TEXT, required: "请先写下回答" }), send: "提交回答", done: "已提交，指挥室会接着办" };
  const form = formOf(spec, report.number);
  const send = button(spec.send, {
    kind: "primary",
    onclick: () =>
      attempt(send, async () => {
        const after = await sendForm(spec, report, form, onStale);
        if (after) {
          onDone(after);
        }
      }),
  });
  return el("div", { class: "case-form" }, form.nodes, send);
}
