/* The rating of a case: solved or not is asked apart from how content one is. */

import { attempt, button, el, errorText, field, toast } from "../core/ui.js";
import { actOn } from "./sure.js";
import { keepTyped } from "./typed.js";
import { isLetter, dayWords } from "./words.js";

const SCORES = ["很不满意", "不满意", "一般", "满意", "很满意"];
let forms = 0;

function radio(name, value, label, icon = "") {
  const input = el("input", { type: "radio", name, value, class: "case-radio" });
  return el("label", { class: "case-choice" }, input, icon ? el("span", { class: "case-star", "aria-hidden": "true", text: icon }) : null, el("span", { text: label }));
}

function choices(legend, className, options) {
  const wrong = el("p", { class: "field-error", role: "alert", hidden: true });
  const node = el("fieldset", { class: `case-choices ${className}` }, el("legend", { text: legend }), el("div", { class: "case-choice-row" }, options), wrong);
  // The marks follow the choice by class: phones of 2021 know no :has().
  node.addEventListener("change", () => {
    const labels = Array.from(node.querySelectorAll(".case-choice"));
    const at = labels.findIndex((label) => label.querySelector("input").checked);
    labels.forEach((label, index) => {
      label.classList.toggle("case-chosen", index === at);
      label.classList.toggle("case-lit", index <= at);
    });
  });
  const value = () => {
    const chosen = node.querySelector("input:checked");
    return chosen ? chosen.value : "";
  };
  const need = (text) => {
    wrong.textContent = text;
    wrong.hidden = !text;
    if (text) {
      node.querySelector("input").focus();
    }
    return !text;
  };
  return { node, value, need };
}

/** Return the form; `onDone(report)` after it was taken, `onReopen()` when the person wants it worked on again. */
export function ratingForm(report, { onDone, onStale, onReopen }) {
  forms += 1;
  const letter = isLetter(report);
  const solved = choices(letter ? "这次答复解决您的问题了吗？" : "问题解决了吗？", "case-solved", [
    radio(`solved-${forms}`, "yes", letter ? "解决了" : "已经解决"),
    radio(`solved-${forms}`, "no", "没有解决"),
  ]);
  const score = choices("您对办理满意吗？", "case-score", SCORES.map((label, index) => radio(`score-${forms}`, String(index + 1), label, "★")));
  const comment = field("还想说的话（可不填）", { tag: "textarea", rows: "3", maxlength: "2000" });
  const kept = keepTyped(comment.input, `${report.number}:rate`);
  const again = el("div", { class: "case-note", hidden: true });
  if (report.allowed_actions.includes("reopen")) {
    again.append(
      el("p", { text: "没有解决，可以不评价，直接申请重新办理，编号不变。" }),
      button("申请重新办理", { kind: "plain", icon: "arrow-path", onclick: onReopen }),
    );
    solved.node.addEventListener("change", () => {
      again.hidden = solved.value() !== "no";
    });
  }
  const send = button("提交评价", {
    kind: "primary",
    onclick: () =>
      attempt(send, async () => {
        const ready = [solved.need(solved.value() ? "" : "请先选择是否解决"), score.need(score.value() ? "" : "请选择满意程度")];
        if (!ready.every(Boolean)) {
          return;
        }
        const body = { solved: solved.value() === "yes", score: Number(score.value()), comment: comment.input.value.trim() };
        await submit(report, body, { onDone, onStale, kept });
      }),
  });
  const due = report.rating_due_at ? el("p", { class: "hint", text: `${dayWords(report.rating_due_at)}前没有评价的，会自动办结，不算满意。` }) : null;
  return el("div", { class: "case-form" }, solved.node, again, score.node, comment.node, due, send);
}

async function submit(report, body, { onDone, onStale, kept }) {
  const rated = report.ratings.length;
  try {
    const after = await actOn(report.number, "rate", body, { arrived: (now) => now.ratings.length > rated });
    await (await kept)();
    toast("谢谢您的评价", "good");
    onDone(after);
  } catch (error) {
    if (error.report) {
      onStale(error.report);
    }
    toast(error.offline ? `${errorText(error)}。评价还没有提交。` : errorText(error), "bad");
  }
}

/** Show the judgements that were given. */
export function ratings(list) {
  if (!list.length) {
    return null;
  }
  return el(
    "ul",
    { class: "case-ratings" },
    list.map((one) =>
      el(
        "li",
        null,
        el("p", null, el("span", { class: "case-stars", "aria-hidden": "true", text: "★".repeat(one.score) + "☆".repeat(5 - one.score) }), ` ${SCORES[one.score - 1]}，${one.solved ? "已经解决" : "没有解决"}`),
        one.comment ? el("p", { class: "case-text", text: one.comment }) : null,
      ),
    ),
  );
}
