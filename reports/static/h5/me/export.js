/* Take one's data away: a zip file into the phone; WeChat's browser cannot save files and is told so. */

import { api } from "../core/api.js";
import { inWeChat } from "../core/signin.js";
import { attempt, button, el, toast } from "../core/ui.js";

const MINUTES = 10 * 60 * 1000;

function fileName(response) {
  const found = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") || "");
  return found ? found[1] : "xiangcun-export.zip";
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  // Some browsers begin to read the file only after a while.
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

async function fetchExport() {
  const response = await api("/me/export", { raw: true, timeout: MINUTES, headers: { Accept: "application/zip, application/json" } });
  save(await response.blob(), fileName(response));
  toast("已导出，请到手机的“下载”里找", "good");
}

/** The button, or where to do it instead. */
export function exportPart() {
  if (inWeChat) {
    return el("p", { class: "hint", text: "微信里不能保存文件。请点右上角“…”，选“在浏览器打开”，再到这里导出。" });
  }
  const node = button("导出", { icon: "document-arrow-down", id: "rights-export-button" });
  node.addEventListener("click", () => attempt(node, fetchExport));
  return node;
}
