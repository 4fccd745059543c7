/* Erase: says first what goes, what stays and what is still open; asks once more; then nothing of it is left on this phone either. */

import { api } from "../core/api.js";
import { wipePhone } from "./wipe.js";
import { alert, attempt, button, config, dialog, el } from "../core/ui.js";

function consequences(facts) {
  return [
    facts.lines.map((line) => el("p", { class: "strong", text: line })),
    el("h3", { text: "马上删除" }),
    el("ul", { class: "stack" }, facts.deleted.map((line) => el("li", { text: line }))),
    el("h3", { text: "会留下" }),
    el("ul", { class: "stack" }, facts.kept.map((line) => el("li", { text: line }))),
  ];
}

async function erase() {
  const facts = await api("/me/erase");
  const sure = el("label", { class: "check" }, el("input", { type: "checkbox", id: "erase-sure" }), el("span", { text: "我明白：注销后不能恢复" }));
  const box = sure.querySelector("input");
  const wrong = el("p", { class: "field-error", role: "alert" });
  const yes = await dialog({
    title: "注销：删除您的身份信息",
    content: [consequences(facts), sure, wrong],
    buttons: [
      { text: "不注销了", value: false },
      {
        text: "注销",
        value: true,
        kind: "danger",
        before: async () => {
          if (!box.checked) {
            wrong.textContent = "请先勾选“我明白”";
            box.focus();
            return false;
          }
          await api("/me", { method: "DELETE" });
          return true;
        },
      },
    ],
  });
  if (!yes) {
    return;
  }
  await wipePhone();
  await alert("已经注销", "您的身份信息已删除，这部手机上的记录也已清除。");
  location.replace(config.urls.home);
}

/** The words and the button. */
export function erasePart() {
  const node = button("注销我的账号", { kind: "danger", icon: "trash", id: "rights-erase-button" });
  node.addEventListener("click", () => attempt(node, erase));
  return [el("p", { text: "删除您的称呼、电话和登录信息。已经报的问题会继续办理，但不再和您有关。" }), node];
}
