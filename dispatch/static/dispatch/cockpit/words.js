/* Numbers and moments as people read them. What is not known is a dash, never a nought. */

export const DASH = "—";
const WHOLE = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 0 });
const TENTH = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
const LONG_DATE = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric", weekday: "long", timeZone: "Asia/Shanghai" });

export const WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

const known = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));

/** `12345` → `12,345`. */
export const count = (value) => (known(value) ? WHOLE.format(value) : DASH);
/** At most one decimal. */
export const tenth = (value) => (known(value) ? TENTH.format(value) : DASH);
/** A share of 1 → `87.5%`. */
export const percent = (value) => (known(value) ? `${TENTH.format(value * 100)}%` : DASH);

/** `14:32:05` of the township, whatever the clock and zone of the screen. */
export const clock = (moment) => CLOCK.format(moment);
export const longDate = (moment) => LONG_DATE.format(moment);

/** Cut a long name; the whole of it stays in the table and in the tip. */
export const cut = (text, most) => ([...String(text)].length > most ? `${[...String(text)].slice(0, most - 1).join("")}…` : String(text));

const MONTH_DAY = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", timeZone: "Asia/Shanghai" });
/** `2026-11-27T10:00:00+08:00` → `11月27日`. */
export const shortDate = (text) => MONTH_DAY.format(new Date(text));
