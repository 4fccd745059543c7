/* What the data of a report say in plain words. Pure: no network; `now` in milliseconds is given. No Intl: older
 * phones' engines have none, and the township's clock is UTC+8 whatever the phone's is. */

const MINUTE = 60000;
const HOUR = 3600000;
const DAY = 86400000;
const ZONE = 8 * HOUR;
const WEEKDAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];

const ENDED = ["closed", "rejected", "withdrawn"];
const TONES = { received: "wait", processing: "run", need_info: "ask", awaiting_rating: "ask", closed: "done", rejected: "off", withdrawn: "off" };
const SCORES = ["很不满意", "不满意", "一般", "满意", "很满意"];

/** The filters of 我的上报: what matters to a person is who has to do something next. */
const GROUPS = [
  { key: "all", label: "全部", codes: [] },
  { key: "mine", label: "等我处理", codes: ["need_info", "awaiting_rating"] },
  { key: "open", label: "办理中", codes: ["received", "processing"] },
  { key: "ended", label: "已结束", codes: ENDED },
];

const KINDS = {
  problem: { heading: "报问题", ask: "一句话说清楚是什么问题", placeholder: "如：村口的垃圾堆了三天，没有人清", empty: "请写一句话，说说是什么问题", sent: "我们会尽快转给负责的单位。" },
  opinion: { heading: "提意见", ask: "您有什么意见或建议", placeholder: "如：希望晚上七点以后也能借文化礼堂", empty: "请写下您的意见", sent: "15 个工作日内答复您。" },
  consultation: { heading: "问一件事", ask: "您想问什么", placeholder: "如：建房审批要带哪些材料，到哪里办", empty: "请写下您想问的事", sent: "15 个工作日内答复您。" },
  praise: { heading: "表扬", ask: "想表扬谁，做了什么好事", placeholder: "如：三组的网格员冒雨帮我们疏通了下水道", empty: "请写下想表扬的人和事", sent: "我们会转告他们。谢谢您。" },
};
const LETTERS = [
  { value: "opinion", text: "意见建议" },
  { value: "consultation", text: "咨询" },
  { value: "praise", text: "表扬" },
];

/* Times ------------------------------------------------------------------------------------------ */

function pad(number) {
  return String(number).padStart(2, "0");
}

// The township's wall clock, read off as if it were UTC.
function wall(ms) {
  return new Date(ms + ZONE);
}

function dayNumber(ms) {
  return Math.floor((ms + ZONE) / DAY);
}

/** "11月30日", with the year when it is not this one. */
function dayWords(iso, now = Date.now()) {
  const at = wall(Date.parse(iso));
  const year = at.getUTCFullYear();
  return `${year === wall(now).getUTCFullYear() ? "" : `${year}年`}${at.getUTCMonth() + 1}月${at.getUTCDate()}日`;
}

/** "今天 13:45", "昨天 13:45" or "11月30日 13:45". */
function momentWords(iso, now = Date.now()) {
  const ms = Date.parse(iso);
  const at = wall(ms);
  const near = { "0": "今天", "-1": "昨天", "1": "明天" }[String(dayNumber(ms) - dayNumber(now))];
  return `${near || dayWords(iso, now)} ${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
}

/** "刚刚", "5分钟前", else as `momentWords`. */
function agoWords(iso, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(iso)) / MINUTE);
  if (minutes < 1) {
    return "刚刚";
  }
  return minutes < 60 ? `${minutes}分钟前` : momentWords(iso, now);
}

function spanWords(ms) {
  if (ms >= DAY) {
    return `${Math.floor(ms / DAY)} 天`;
  }
  return ms >= HOUR ? `${Math.floor(ms / HOUR)} 小时` : `${Math.max(1, Math.floor(ms / MINUTE))} 分钟`;
}

/** "30秒", "3分钟", "2小时" for a number of seconds. */
function waitWords(seconds) {
  if (seconds < 90) {
    return `${Math.max(1, Math.ceil(seconds))}秒`;
  }
  return seconds < 5400 ? `${Math.ceil(seconds / 60)}分钟` : `${Math.ceil(seconds / 3600)}小时`;
}

/** The words for any error, with the waiting time where the server named one. */
function errorWords(error) {
  const text = (error && error.message) || "出了点问题，请再试一次";
  const wait = error && error.status === 429 && error.retryAfter;
  return wait && !/秒|分钟|小时|明天/.test(text) ? `${text}（请等${waitWords(error.retryAfter)}）` : text;
}

/* A report --------------------------------------------------------------------------------------- */

function isLetter(report) {
  return Boolean(report.kind) && (report.kind.code || report.kind) !== "problem";
}

/** What became of the promised date: `{text, note, late}`; null when nothing was promised. */
function promiseWords(report, now = Date.now()) {
  const code = report.status.code;
  const verb = isLetter(report) ? "答复" : "办结";
  if (!report.due_at) {
    return ENDED.includes(code) ? null : { text: `派单后，这里会写明承诺${verb}的时间`, note: "", late: false };
  }
  const due = Date.parse(report.due_at);
  const weekday = WEEKDAYS[wall(due).getUTCDay()];
  const at = wall(due);
  const text = `承诺 ${dayWords(report.due_at, now)}（${weekday}）${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())} 前${verb}`;
  return { text, ...keptWords(report, due, verb, now) };
}

function keptWords(report, due, verb, now) {
  const code = report.status.code;
  if (code === "closed" && report.closed_at) {
    const beyond = Date.parse(report.closed_at) - due;
    const ended = `实际 ${momentWords(report.closed_at, now)} ${verb}`;
    return { note: beyond > 0 ? `${ended}，晚了 ${spanWords(beyond)}` : `${ended}，按时`, late: beyond > 0 };
  }
  if (code === "awaiting_rating") {
    return { note: `已${verb}，等您评价`, late: false };
  }
  if (ENDED.includes(code)) {
    return { note: "", late: false };
  }
  const urge = report.allowed_actions.includes("urge") ? "，可以催办" : "";
  return due >= now ? { note: `还有 ${spanWords(due - now)}`, late: false } : { note: `已超过 ${spanWords(now - due)}${urge}`, late: true };
}

const HEADLINES = {
  received: () => "已经收到，指挥室正在确定由哪个单位办理。",
  processing: (report) => (report.department ? `${report.department}正在办理。` : "正在办理。"),
  need_info: () => "还缺一点情况，请您补充后继续办理。",
  awaiting_rating: (report) => (isLetter(report) ? "已经答复，请您评价。" : "已经办好，请您看看结果并评价。"),
  closed: (report) => (isLetter(report) ? "已经答复，这件事办结了。" : "这件事已经办结。"),
  rejected: () => "这件事街道不能受理，原因和去处写在下面。",
  withdrawn: () => "您已经撤回，不再办理。",
};

/** One sentence on what is going on. */
function headline(report) {
  const words = HEADLINES[report.status.code];
  return words ? words(report) : report.status.label;
}

/** The place of a report in words. */
function placeWords(place) {
  if (!place) {
    return "没有填写地点";
  }
  return place.address || (place.source === "text" ? "没有填写地点" : "地图上的一个点");
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

/** The timeline as it is shown, newest first. */
function timelineRows(report, now = Date.now()) {
  return report.timeline
    .map((line, at) => ({
      id: String(at),
      label: LINE_LABELS[line.kind] || (line.kind === "progress" ? line.status.label : line.label),
      facts: [momentWords(line.at, now), LINE_LABELS[line.kind] ? "" : line.department].filter(Boolean).join(" · "),
      text: line.text,
      mine: Boolean(LINE_LABELS[line.kind]),
      photos: photoRows(line.photos),
    }))
    .reverse();
}

/** Photos as they are shown; one that is still being drawn, or is broken, says so. */
function photoRows(photos) {
  return photos.map(({ id, url, thumbnail_url, failure }) => ({ id, url: url || "", thumb: thumbnail_url || "", note: url ? "" : failure || "照片处理中" }));
}

/** A report as a row of a list. */
function cardOf(report, now = Date.now()) {
  const promise = report.due_at ? promiseWords(report, now) : null;
  const first = report.photos.find((photo) => photo.thumbnail_url);
  return {
    number: report.number,
    status: report.status.label,
    tone: TONES[report.status.code] || "wait",
    kind: isLetter(report) ? report.kind.label : "",
    text: report.text,
    promise: promise ? `${promise.text}${promise.note ? `，${promise.note}` : ""}` : "",
    late: Boolean(promise && promise.late),
    asks: { need_info: "请您补充情况", awaiting_rating: "请您评价" }[report.status.code] || "",
    facts: [report.category && report.category.name, agoWords(report.submitted_at, now)].filter(Boolean).join(" · "),
    thumb: first ? first.thumbnail_url : "",
  };
}

/** A draft as a row of a list. */
function draftRow(draft) {
  const text = draft.text.trim().replace(/\s+/g, " ");
  const title = text ? text.slice(0, 40) : `没有写完的${(KINDS[draft.kind] || KINDS.problem).heading}`;
  return { id: draft.client_id, title, words: draftWords(draft), warn: draft.state === "blocked" };
}

function draftWords(draft) {
  if (draft.state === "blocked") {
    return draft.error ? draft.error.message : "没有发送成功，点这里处理";
  }
  if (draft.state === "editing") {
    return "还没有发送，点这里继续填写";
  }
  if (draft.body && draft.attempts > 0) {
    return "可能已经送达，正在确认，不会重复";
  }
  return draft.attempts > 0 ? "网络不好，稍后自动重试" : "正在发送…";
}

module.exports = { ENDED, GROUPS, KINDS, LETTERS, SCORES, TONES, agoWords, cardOf, dayWords, draftRow, errorWords, headline, isLetter, momentWords, photoRows, placeWords, promiseWords, timelineRows, waitWords };
