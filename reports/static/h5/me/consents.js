/* One consent as a switch, with its consequences said before a withdrawal. */

import { api } from "../core/api.js";
import { confirm, dateWords, errorText, toast, toggle } from "../core/ui.js";

// What happens at once when somebody takes a consent back; the server does it (privacy's API).
const CONSEQUENCES = {
  privacy: "以后报问题不再保存您是谁，您也查不到这些上报的进度。危险情况仍然会有人处理。",
  location: "以后上报只保存大概位置（约100米），工作人员可能要多找一会儿。",
  photo: "以后不能再传照片，已经交的上报不受影响。",
  phone: "已经留下的电话会马上删除，工作人员没法打电话向您核实。",
  publication: "您的上报会马上从公开页面撤下，办理不受影响。",
  volunteer: "您会退出平安志愿者：积分清零，没领的物品取消，报名的巡查也退出。",
  notices: "不再发微信和短信提醒，消息仍然可以在“消息”里看。",
};

function hintOf(item) {
  const words = { given: "已同意", refused: "没有同意", unasked: "还没有问过您" };
  const when = item.at ? `，${dateWords(item.at)}` : "";
  return `${words[item.state] || ""}${when}`;
}

/** A row with a switch; `reload` is called when the server's state may differ from the shown one. */
export function consentRow(item, version, reload) {
  const row = toggle(item.title, { hint: hintOf(item), checked: item.state === "given" });
  row.input.dataset.consent = item.kind;
  row.input.addEventListener("change", async () => {
    const wanted = row.input.checked;
    if (!wanted && CONSEQUENCES[item.kind] && !(await confirm(`不再同意“${item.title}”？`, CONSEQUENCES[item.kind], { yes: "不再同意", no: "保持同意", danger: true }))) {
      row.input.checked = true;
      return;
    }
    row.input.disabled = true;
    try {
      await api("/me/consents", { method: "PUT", body: { version, consents: { [item.kind]: wanted }, channel: "h5" } });
      toast(wanted ? "已同意" : "已撤回，马上生效", "good");
    } catch (error) {
      toast(errorText(error), "bad");
    }
    await reload();
    const again = document.querySelector(`[data-consent="${item.kind}"]`);
    if (again) {
      again.focus();
    }
  });
  return row.node;
}

