/* Wording of the volunteers' pages: pure, no page needed. */

import { dateWords, momentWords } from "../core/time.js";

/** "+10", "−3", "0". */
export function signed(points) {
  return points > 0 ? `+${points}` : String(points).replace("-", "−");
}

/** "12月1日 19:00–21:00", with the second date where it is another day. */
export function windowWords(from, to) {
  const end = dateWords(from) === dateWords(to) ? momentWords(to).split(" ")[1] : momentWords(to);
  return `${momentWords(from)}–${end}`;
}

/** How far it is to the next rank: `{share, text}`; share 0–1. */
export function rankProgress(volunteer) {
  if (!volunteer.next_rank) {
    return { share: 1, text: "已经是最高等级，谢谢您" };
  }
  const span = volunteer.next_rank.from - volunteer.rank.from;
  const done = Math.max(0, volunteer.earned - volunteer.rank.from);
  return { share: Math.min(1, done / span), text: `再得 ${volunteer.next_rank.from - volunteer.earned} 分升为${volunteer.next_rank.name}志愿者` };
}

/** What earns points, line by line. */
export function ruleLines(rules) {
  return [
    `报的问题经核实属实：${rules.report} 分；紧急的另加 ${rules.urgent_extra} 分，特急险情另加 ${rules.danger_extra} 分`,
    `别人已经报过的同一件事：${rules.duplicate} 分`,
    `参加巡查并经确认：${rules.patrol} 分`,
    `每天最多 ${rules.daily_cap} 分，${rules.expiry_months} 个月内有效`,
    "匿名上报、举报具体的人、提意见和表扬不计分",
  ];
}

/** Where a sign-up stands and what comes next. */
export function signupHint(patrol, now = Date.now()) {
  const state = patrol.signup ? patrol.signup.state.code : "";
  if (patrol.state.code === "cancelled") {
    return "这次巡查已取消，不用前往。";
  }
  if (state === "joined" && now < Date.parse(patrol.starts_at) - 30 * 60000) {
    return "已报名。开始前 30 分钟起，到了现场可以签到。";
  }
  return {
    joined: "已报名。到了现场，请点“签到”。",
    checked_in: "已签到。走完一圈，请点“签退”。路上发现问题，可以直接上报。",
    checked_out: "已签退。指挥室确认以后，积分会记到您的账上。",
    confirmed: "已确认，谢谢您！",
    no_show: "这次没有看到您的签到。",
  }[state] || "";
}
