/* What the screen says about its own age: "更新于 14:32:05", or that the line is lost. */
import { el, fill } from "./dom.js";
import { clock } from "./words.js";

const SAID = { 401: "登录已过期，请重新登录", 403: "没有权限查看", 404: "大屏链接已失效，请联系指挥室", 410: "大屏链接已失效，请联系指挥室" };

/**
 * Watch the lines and write the oldest truth into `badge`. While a line is lost, the body carries `ck-lost`:
 * everything is drawn pale, so nobody takes an old number for a new one.
 *
 * @param {Line} live the numbers of today
 * @param {Line[]} others what is asked more rarely
 */
export function watchFreshness(badge, live, others) {
  const tell = () => {
    const gone = [live, ...others].find((line) => line.ended);
    const lost = [live, ...others].find((line) => line.lost);
    document.body.classList.toggle("ck-lost", Boolean(lost));
    badge.classList.toggle("ck-badge-lost", Boolean(lost));
    const text = gone ? goneText(gone) : lost ? lostText(lost) : live.heardAt ? `更新于 ${clock(live.heardAt)}` : "正在读取…";
    if (badge.dataset.text === text) return;
    badge.dataset.text = text;
    fill(badge, lost ? el("b", { "aria-hidden": "true" }, "⚠ ") : null, text);
    // A screen reader hears of a lost line and of its return, not of every tick.
    badge.setAttribute("aria-live", lost ? "assertive" : "off");
  };
  window.setInterval(tell, 1000);
  tell();
  return tell;
}

function goneText(line) {
  const since = line.heardAt ? `，数字停在 ${clock(line.heardAt)}` : "";
  return `${SAID[line.ended]}${since}`;
}

const lostText = (line) => (line.heardAt ? `线路中断，数字停在 ${clock(line.heardAt)}` : "线路中断，还没有读到数字");
