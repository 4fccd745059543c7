/* What a case's data say in plain words. Pure: no document, no network; `now` is given. */

const DAY = 86400000;
const HOUR = 3600000;
const ZONE = "Asia/Shanghai";
const WEEKDAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

/** The filters of a list: what matters to a person is who has to do something next. */
export const GROUPS = [
  { key: "all", label: "全部", codes: [] },
  { key: "mine", label: "等我处理", codes: ["need_info", "awaiting_rating"] },
  { key: "open", label: "办理中", codes: ["received", "processing"] },
  { key: "ended", label: "已结束", codes: ["closed", "rejected", "withdrawn"] },
];

/** Statuses after which nobody works on a case. */
export const ENDED = new Set(["closed", "rejected", "withdrawn"]);

const TONES = {
  received: "wait",
  processing: "run",
  need_info: "ask",
  awaiting_rating: "ask",
  closed: "done",
  rejected: "off",
  withdrawn: "off",
};

/** Return the colour family of a status; words always stand beside the colour. */
export function toneOf(code) {
  return TONES[code] || "wait";
}

/** Whether a report is a letter (opinion, consultation, praise) and no place to be visited. */
export function isLetter(report) {
  return Boolean(report.kind) && report.kind.code !== "problem";
}

function isPraise(report) {
  return Boolean(report.kind) && report.kind.code === "praise";
}

function parts(moment) {
  const format = new Intl.DateTimeFormat("zh-CN", {
    timeZone: ZONE, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false,
  });
  const found = {};
  for (const part of format.formatToParts(moment)) {
    found[part.type] = part.value;
  }
  return { ...found, hour: found.hour === "24" ? "00" : found.hour };
}

function dayNumber(moment) {
  return Math.floor((moment.getTime() + 8 * HOUR) / DAY);
}

/** Return “11月30日”, with the year when it is not this one. */
export function dayWords(iso, now = new Date()) {
  const at = parts(new Date(iso));
  const year = at.year === parts(now).year ? "" : `${at.year}年`;
  return `${year}${at.month}月${at.day}日`;
}

/** Return “今天 13:45”, “昨天 13:45” or “11月30日 13:45”. */
export function momentWords(iso, now = new Date()) {
  const moment = new Date(iso);
  const at = parts(moment);
  const clock = `${at.hour}:${at.minute}`;
  const distance = dayNumber(moment) - dayNumber(now);
  const near = { "0": "今天", "-1": "昨天", "1": "明天" }[String(distance)];
  return near ? `${near} ${clock}` : `${dayWords(iso, now)} ${clock}`;
}

/** Return “11月30日（周一）13:45”. */
export function deadlineWords(iso, now = new Date()) {
  const moment = new Date(iso);
  const at = parts(moment);
  const weekday = WEEKDAYS[(dayNumber(moment) + 4) % 7];
  return `${dayWords(iso, now)}（${weekday}）${at.hour}:${at.minute}`;
}

function spanWords(milliseconds) {
  if (milliseconds >= DAY) {
    return `${Math.floor(milliseconds / DAY)} 天`;
  }
  if (milliseconds >= HOUR) {
    return `${Math.floor(milliseconds / HOUR)} 小时`;
  }
  return `${Math.max(1, Math.floor(milliseconds / 60000))} 分钟`;
}

/**
 * Return what became of the promised date: `{text, note, late}`.
 * It never disappears: a closed case says whether the promise was kept.
 */
export function promiseWords(report, now = new Date()) {
  const code = report.status.code;
  const verb = isLetter(report) ? "答复" : "办结";
  if (!report.due_at) {
    return ENDED.has(code) ? null : { text: `派单后，这里会写明承诺${verb}的时间`, note: "", late: false };
  }
  const due = new Date(report.due_at);
  const text = `承诺 ${deadlineWords(report.due_at, now)} 前${verb}`;
  if (report.closed_at && code === "closed") {
    const beyond = new Date(report.closed_at) - due;
    const ended = `实际 ${momentWords(report.closed_at, now)} ${verb}`;
    return { text, note: beyond > 0 ? `${ended}，晚了 ${spanWords(beyond)}` : `${ended}，按时`, late: beyond > 0 };
  }
  if (code === "awaiting_rating") {
    return { text, note: `已${verb}，等您评价`, late: false };
  }
  if (ENDED.has(code)) {
    return { text, note: "", late: false };
  }
  const left = due - now;
  return left >= 0
    ? { text, note: `还有 ${spanWords(left)}`, late: false }
    : { text, note: `已超过 ${spanWords(-left)}${(report.allowed_actions || []).includes("urge") ? "，可以催办" : ""}`, late: true };
}

const HEADLINES = {
  received: () => "已经收到，指挥室正在确定由哪个单位办理。",
  processing: (report) => {
    if (isPraise(report)) {
      return report.department ? `已转给${report.department}，谢谢您的表扬。` : "谢谢您的表扬，正在转告。";
    }
    return report.department ? `${report.department}正在办理。` : "正在办理。";
  },
  need_info: () => "还缺一点情况，请您补充后继续办理。",
  awaiting_rating: (report) => (isLetter(report) ? "已经答复，请您评价。" : "已经办好，请您看看结果并评价。"),
  closed: (report) => {
    if (isPraise(report)) {
      return "已经转告，谢谢您。";
    }
    return isLetter(report) ? "已经答复，这件事办结了。" : "这件事已经办结。";
  },
  rejected: () => "这件事街道不能受理，原因和去处写在下面。",
  withdrawn: () => "您已经撤回，不再办理。",
};

/** Return one sentence on what is going on. */
export function headline(report) {
  const words = HEADLINES[report.status.code];
  return words ? words(report) : report.status.label;
}

/** Return the place of a report in words. */
export function placeWords(report) {
  const place = report.location;
  if (!place) {
    return "没有填写地点";
  }
  if (place.address) {
    return place.address;
  }
  if (place.source === "text") {
    return "没有填写地点";
  }
  return `地图上的点（${place.lat.toFixed(4)}, ${place.lng.toFixed(4)}）`;
}

const TOLD = {
  question: { kinds: ["asked"], status: "need_info" },
  result: { kinds: ["finished", "replied"], status: "awaiting_rating" },
  refusal: { kinds: ["rejected"], status: "rejected" },
};

/**
 * Return the latest line in which the office asked (`question`), wrote what was done (`result`) or why it
 * does nothing (`refusal`); null when there is none. Untyped lines are told by the status they led to.
 */
export function latestLine(report, what) {
  const { kinds, status } = TOLD[what];
  const fits = (line) => kinds.includes(line.kind) || (line.kind === "progress" && line.status.code === status);
  const lines = (report.timeline || []).filter((line) => line.text && fits(line));
  return lines.length ? lines[lines.length - 1] : null;
}

const BY_RESIDENT = new Set(["submitted", "supplement", "withdraw", "urge", "rate", "reopen", "appeal", "ask_lead"]);

/** Whether the office wrote this line and not the resident. */
export function byOffice(line) {
  return !BY_RESIDENT.has(line.kind);
}

const LINE_LABELS = {
  submitted: "您提交了上报",
  supplement: "您补充了情况",
  withdraw: "您撤回了上报",
  urge: "您催办了一次",
  rate: "您的评价",
  reopen: "您申请重新办理",
  appeal: "您提出申诉",
  ask_lead: "您请值班领导复核",
};
// A server without typed steps says "progress" for all of them: its own fixed words tell them apart.
const TOLD_BY_WORDS = [
  [/^重新派单/, "redispatched"],
  [/^正在重新确定承办单位/, "returned"],
  [/^已派单/, "dispatched"],
  [/^(承办|负责的)单位已签收/, "accepted"],
  [/^办理期限延长/, "extended"],
];
const STEP_LABELS = { redispatched: "重新派单", returned: "重新派单", dispatched: "已派单", accepted: "已签收", extended: "延期" };

/** Return the step of a line: its kind, or what its words tell where the kind is only “progress”. */
export function stepOf(line) {
  if (line.kind !== "progress") {
    return line.kind;
  }
  const known = TOLD_BY_WORDS.find(([words]) => words.test(line.text));
  return known ? known[1] : "progress";
}

/** Return the heading of a line of the timeline. */
export function lineLabel(line) {
  const step = stepOf(line);
  return LINE_LABELS[step] || (line.kind !== "progress" && line.label) || STEP_LABELS[step] || line.status.label;
}

// Emergency and service numbers, land lines, mobiles. The group before the number stands for a look-behind,
// which phones before iOS 16.4 cannot read: one would stop this whole module there.
const PHONE = /(^|[^\d-])(110|119|120|122|12[0-9]{3}|9[56][0-9]{3}|0\d{2,3}-?\d{7,8}|1[3-9]\d{9})(?![\d-]|\s*[米元天人个件时分号%])/g;

/** Split a text at the phone numbers one may call at once: `[{text, tel?}]`. */
export function withPhones(text) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(PHONE)) {
    const start = match.index + match[1].length;
    if (start > from) {
      pieces.push({ text: text.slice(from, start) });
    }
    pieces.push({ text: match[2], tel: match[2] });
    from = start + match[2].length;
  }
  if (from < text.length) {
    pieces.push({ text: text.slice(from) });
  }
  return pieces;
}
