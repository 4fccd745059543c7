/* Times in words, in the township's zone whatever the phone's is. */

const ZONE = "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("zh-CN", {
  timeZone: ZONE, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const DAY = 86400000;

function split(value) {
  const found = {};
  for (const part of parts.formatToParts(new Date(value))) {
    found[part.type] = part.value;
  }
  return found;
}

function dayNumber(value) {
  const at = split(value);
  return Date.UTC(Number(at.year), Number(at.month) - 1, Number(at.day)) / DAY;
}

/** "12月1日", with the year if it is another one. */
export function dateWords(value, now = Date.now()) {
  const at = split(value);
  const year = at.year === split(now).year ? "" : `${at.year}年`;
  return `${year}${at.month}月${at.day}日`;
}

/** "12月1日 09:05". */
export function momentWords(value, now = Date.now()) {
  const at = split(value);
  return `${dateWords(value, now)} ${at.hour}:${at.minute}`;
}

/** "刚刚", "5分钟前", "今天 09:05", "昨天 09:05", then the date. */
export function agoWords(value, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(value)) / 60000);
  if (minutes < 1) {
    return "刚刚";
  }
  if (minutes < 60) {
    return `${minutes}分钟前`;
  }
  const at = split(value);
  const days = dayNumber(now) - dayNumber(value);
  if (days === 0) {
    return `今天 ${at.hour}:${at.minute}`;
  }
  return days === 1 ? `昨天 ${at.hour}:${at.minute}` : momentWords(value, now);
}

/** A promise: `{text: "12月1日前办结（还有3天）", late: false}`; null for none. */
export function dueWords(value, now = Date.now()) {
  if (!value) {
    return null;
  }
  const days = dayNumber(value) - dayNumber(now);
  const late = Date.parse(value) < now;
  const when = dateWords(value, now);
  if (late) {
    return { text: `承诺${when}前办结，已超过`, late: true };
  }
  const left = days === 0 ? "今天到期" : `还有${days}天`;
  return { text: `承诺${when}前办结（${left}）`, late: false };
}

/** "3分钟", "2小时", for a number of seconds to wait. */
export function waitWords(seconds) {
  if (seconds < 90) {
    return `${Math.max(1, Math.ceil(seconds))}秒`;
  }
  return seconds < 5400 ? `${Math.ceil(seconds / 60)}分钟` : `${Math.ceil(seconds / 3600)}小时`;
}
