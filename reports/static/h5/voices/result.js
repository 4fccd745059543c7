/* What was counted: a bar for the eye, the numbers in words for everybody. */

import { el } from "../core/ui.js";

const FEW = 5;

function row(option, most) {
  const words = `${option.votes} 票，占 ${option.share}%`;
  return el(
    "li",
    { class: `poll-result${option.votes && option.votes === most ? " poll-most" : ""}` },
    el("p", { class: "poll-result-text", text: option.text }),
    el("div", { class: "poll-bar", "aria-hidden": "true" }, el("div", { style: { width: `${option.share}%` } })),
    el("p", { class: "poll-result-words", text: words }),
  );
}

/** The section of a result. */
export function resultBlock({ result, max_choices: most }) {
  const { options, voters } = result;
  const highest = options ? Math.max(...options.map((option) => option.votes)) : 0;
  return el(
    "section",
    { class: "card", id: "poll-result" },
    el("h2", { text: result.final ? "投票结果" : "目前的结果" }),
    el("p", { text: `共 ${voters} 人投票${most > 1 ? `，每人最多选 ${most} 项，各项加起来可能超过 100%` : ""}。` }),
    options ? el("ul", { class: "poll-results" }, options.map((option) => row(option, highest))) : el("p", { class: "hint", text: `投票的人还不到 ${FEW} 个，为了不让人猜到谁选了什么，暂时不显示各项票数。` }),
    result.doubled ? el("p", { class: "hint", text: `其中 ${result.doubled} 票事后发现属于同一人重复投票；投票不记名，没法剔除。` }) : null,
  );
}
