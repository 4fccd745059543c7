/* What the page 报问题 shows of a draft. Pure: no network, no storage. */

const { KINDS, LETTERS, agoWords, isLetter } = require("./words");

const MAX_TEXT = 2000;
const FEW_LEFT = 100;
const POOR_M = 100;
const GRID = /^g=(\d{15})$/;

/* A press fills an empty sentence in and names the category. */
const COMMON = [
  { text: "垃圾没人清", code: "0401" },
  { text: "路灯不亮", code: "0303" },
  { text: "路面坑坑洼洼", code: "0301" },
  { text: "污水乱排，有臭味", code: "0502" },
  { text: "车乱停，挡住路", code: "0305" },
  { text: "太吵了，影响休息", code: "0203" },
  { text: "下雨就积水", code: "0505" },
  { text: "停水、漏水", code: "0602" },
  { text: "消防通道被堵", code: "0101" },
];

/** Return the grid's code of a poster's `scene` (as WeChat hands it over: encoded), "" for another scene. */
function gridOf(scene) {
  const found = GRID.exec(decodeURIComponent(scene || ""));
  return found ? found[1] : "";
}

/** Everything the form shows. */
function formOf(draft) {
  const letter = isLetter(draft);
  const words = KINDS[draft.kind];
  const left = MAX_TEXT - draft.text.length;
  return {
    letter,
    ask: words.ask,
    placeholder: words.placeholder,
    kinds: letter ? LETTERS.map((row) => ({ ...row, on: row.value === draft.kind })) : [],
    common: letter ? [] : COMMON.map((row) => ({ ...row, on: row.code === draft.category })),
    text: draft.text,
    left: left < FEW_LEFT ? `还能写 ${Math.max(0, left)} 字` : "",
    photos: draft.photos.map(({ id, path, error }) => ({ id, path, note: error ? error.message : "" })),
    full: draft.photos.length >= 9,
    place: placeOf(draft),
    join: draft.join,
    anonymous: draft.anonymous,
    urgent: draft.urgent,
    phone: draft.contact_phone,
    refusal: refusalOf(draft),
    error: "",
  };
}

/** The place in words; `error` is what hindered the phone from finding it, `spot` what `GET /places/at` says. */
function placeOf(draft, error = null, spot = null) {
  const place = draft.location;
  const byMap = Boolean(place) && place.source !== "text";
  const address = place ? place.address : "";
  if (byMap && spot && !spot.in_area) {
    return { title: "这里不在本街道（乡镇）范围内", hint: "可以照样发送，我们会转告；也可以在地图上改位置。", poor: true, address, refused: false };
  }
  if (byMap) {
    const named = spot && spot.grid ? gridName(spot.grid) : "";
    const title = address || named || (place.source === "gps" ? "已定位" : "地图上的一个点");
    return { title, hint: accuracyWords(place), poor: place.accuracy > POOR_M, address, refused: false };
  }
  const refused = Boolean(error) && error.reason === "refused";
  const hint = (error && error.message) || (draft.grid ? "您扫了网格海报：请写下地点，或在地图上选。" : "在地图上选，或者写下地点。");
  return { title: address ? "写下的地点" : "还没有地点", hint, poor: Boolean(error), address, refused };
}

// Grids are often named after their village already.
function gridName({ village, name }) {
  return name.startsWith(village) ? name : `${village} · ${name}`;
}

function accuracyWords({ source, accuracy }) {
  if (source === "picked" && accuracy !== null) {
    return "这是海报所在网格的中间，请在地图上选准确的位置。";
  }
  if (source !== "gps") {
    return "您在地图上选的位置";
  }
  if (accuracy === null) {
    return "手机定位";
  }
  const about = accuracy >= 1000 ? `${(accuracy / 1000).toFixed(1)} 公里` : `${Math.max(1, Math.round(accuracy))} 米`;
  return accuracy > POOR_M ? `定位不太准，误差约 ${about}，请在地图上选准确的位置。` : `手机定位，误差约 ${about}`;
}

// The one thing that helps after a no: which button stands under the words.
const HELP = {
  repeated_report: "again",
  idempotency_conflict: "copy",
  join_not_found: "alone",
  consent_needed: "agree",
};

/** Why the server did not take it, and what helps; null when it has not said no. */
function refusalOf({ state, error }) {
  if (state !== "blocked" || !error) {
    return null;
  }
  const fields = error.errors.map((one) => one.message).filter((text, at, all) => all.indexOf(text) === at);
  const details = error.details || {};
  return {
    text: error.code === "invalid_input" && fields.length ? fields.join("；") : error.message,
    help: HELP[error.code] || "",
    number: details.number || "",
    appeal: details.appeal || "",
    phone: details.phone || "",
  };
}

/** Cases near by as rows of the question 是同一件事吗. */
function nearRows(items, now = Date.now()) {
  return items.map(({ number, summary, category, status, distance_m, submitted_at }) => ({
    number,
    title: summary || (category ? category.name : "附近的问题"),
    facts: [`约 ${distance_m} 米`, agoWords(submitted_at, now).split(" ")[0], status.label].filter(Boolean).join(" · "),
  }));
}

/** What the screen shows after 发送; `progress` is `{done, total, share}` of the sender. */
function sendingOf(draft, progress = null) {
  if (draft.state === "sent") {
    const { number, unlinked, safety_prompt: danger, join } = draft;
    return { sent: true, number, unlinked, danger, title: join ? "已送达，和别人的并在一起办" : "已送达", text: KINDS[draft.kind].sent };
  }
  const { done = 0, total = 0, share = 0 } = progress || {};
  const percent = Math.round(5 + (draft.body ? 90 : total ? (85 * (done + share)) / total : 0));
  return { sent: false, percent, fixed: Boolean(draft.body), trouble: draft.attempts > 0, words: draft.text, ...waitingWords(draft, { done, total }) };
}

function waitingWords(draft, { done, total }) {
  if (draft.error && draft.error.status === 429) {
    return { title: "请稍等一下", text: `${draft.error.message}。到时会自动发送。` };
  }
  if (draft.attempts > 0 && draft.body) {
    return { title: "网络断了一下，正在确认", text: "可能已经送达。会自动确认，不会重复。" };
  }
  if (draft.attempts > 0) {
    return { title: "网络不好，会自动重试", text: "已经传好的照片不用再传。有网时请再打开小程序，就会接着发。" };
  }
  const title = done < total ? `正在发送第 ${done + 1} 张照片，共 ${total} 张` : "正在发送…";
  return { title, text: "内容和照片都存在手机里，断了网也不会丢。" };
}

module.exports = { formOf, gridOf, nearRows, placeOf, sendingOf };
