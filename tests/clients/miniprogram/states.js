/* Every page in every state that a person can meet: drawn by the tests, and by the script that makes pictures. */

const { Phone } = require("./fake/phone");

const NOW = Date.parse("2026-12-01T10:00:00+08:00");
const LONG = "从村口的小卖部一直到桥头，路边全是别人倒的建筑垃圾，下雨天污水流到河里，味道很大，老人小孩都从这里走，".repeat(50);
const photo = (id, ready = true) => ({ id, status: ready ? "ready" : "pending", width: 900, height: 1200, url: ready ? `https://s.example/${id}` : null, thumbnail_url: ready ? `https://s.example/${id}s` : null, failure: null });
const status = (code, label) => ({ code, label });
const line = (kind, label, at, text, extra = {}) => ({ at, kind, label, status: status("processing", "办理中"), text, department: null, photos: [], ...extra });

const REPORT = {
  number: "QJ20261130-0001", kind: { code: "problem", label: "问题" }, status: status("processing", "办理中"), text: "村口的路灯坏了三天，晚上接孩子看不清路",
  category: { code: "0303", name: "路灯不亮" }, location: { lat: 30.31, lng: 120.5, coord_type: "gcj02", accuracy: 18, source: "gps", address: "示例村村口" },
  photos: [photo("a"), photo("b", false)], anonymous: false, department: "城建办（示例）", submitted_at: "2026-11-30T09:00:00+08:00", updated_at: "2026-11-30T10:00:00+08:00",
  due_at: "2026-12-03T17:30:00+08:00", closed_at: null, safety_prompt: null, allowed_actions: ["supplement", "urge", "withdraw"], rejection: null, reopen: null, rating_due_at: null,
  client_id: null, contact_phone: "", join: null, urgent: false, unlinked: false, ratings: [],
  timeline: [line("submitted", "提交", "2026-11-30T09:00:00+08:00", ""), line("dispatched", "已派单", "2026-11-30T09:20:00+08:00", "已派单给城建办（示例）", { department: "指挥室" })],
};

const CLOSED = {
  ...REPORT, status: status("awaiting_rating", "待评价"), allowed_actions: ["rate", "reopen"], reopen: { left: 2, until: "2026-12-30T00:00:00+08:00", appeal_left: 0, ask_lead: false }, rating_due_at: "2026-12-08T00:00:00+08:00",
  timeline: [...REPORT.timeline, line("finished", "已办好", "2026-12-01T09:00:00+08:00", "灯泡和线路已更换，现场试亮正常。", { department: "城建办（示例）", photos: [photo("c")] })],
};

const REFUSED = {
  ...REPORT, status: status("rejected", "不予受理"), due_at: null, allowed_actions: ["reopen"], photos: [],
  rejection: { code: "not_our_area", label: "不在本街道辖区", text: "这条路由邻镇管理。", where: "邻镇便民服务中心（示例），0571-0000 0001", at: "2026-12-01T09:00:00+08:00" },
};

/** Return `[name, page, data]` of every state. */
function states() {
  const phone = new Phone("http://127.0.0.1:9").start();
  const words = phone.require("lib/words.js");
  const { formOf, nearRows, placeOf, sendingOf } = phone.require("lib/form.js");
  const { actionOf, caseOf } = phone.require("lib/case.js");
  const { newDraft } = phone.require("lib/drafts.js");
  const { failed } = phone.require("lib/page.js");
  const { ApiError, localError } = phone.require("lib/errors.js");
  const base = (page) => phone.makePage(page).data;
  const on = (page, patch) => ({ ...base(page), ...patch });
  const draft = (patch) => ({ ...newDraft(), ...patch });
  const offline = failed(localError("network"));
  const broken = failed(new ApiError({ code: "http_502", message: "服务器暂时有故障，请稍后再试", status: 502, requestId: "4f1c2a" }));
  const blocked = (code, message, details) => draft({ text: "路灯不亮", state: "blocked", error: { code, message, status: 409, errors: [], details } });
  const home = "pages/home/index";
  const report = "pages/report/index";
  const detail = "pages/report/detail";
  const mine = "pages/mine/index";
  const inbox = "pages/inbox/index";
  const me = "pages/me/index";
  const card = (row) => words.cardOf(row, NOW);
  const shown = (row, patch = {}) => on(detail, { loading: false, report: caseOf(row, NOW), ...patch });
  const notice = { title: "隐私说明", summary: ["我们只收办事要用的信息：您说的话、地点、照片。", "电话可以不留；不实名也能上报。"], sections: [{ title: "谁在处理您的信息", paragraphs: ["示例街道办事处。"] }] };
  const message = (id, read, patch = {}) => ({ id, title: "已经办好，请您评价", text: "您反映的“路灯不亮”已经办好，请看看结果并评价。", read, when: "今天 09:00", number: REPORT.number, asks: "去评价", ...patch });
  return [
    ["home-empty", home, on(home, {})],
    ["home-busy", home, on(home, { latest: card(REPORT), drafts: [words.draftRow(draft({ text: "停电了", state: "queued", attempts: 1 }))], moreDrafts: 2 })],
    ["home-notice", home, on(home, { notice })],
    ["home-privacy", home, on(home, { privacyAsk: { name: "《示例小程序用户隐私保护指引》" } })],
    ["report-empty", report, on(report, { form: formOf(draft({})) })],
    ["report-filled", report, on(report, { form: formOf(draft({ text: LONG.slice(0, 1950), category: "0401", anonymous: true, photos: [{ id: "1", path: "a", error: null }, { id: "2", path: "b", error: { code: "photo_too_large", message: "照片超过 10 MB，请重新选择" } }], location: { lat: 30.3, lng: 120.5, coord_type: "gcj02", accuracy: 1500, source: "gps", address: "" } })) })],
    ["report-letter", report, on(report, { form: formOf(draft({ kind: "opinion" })) })],
    ["report-danger", report, on(report, { form: formOf(draft({ text: "着火了" })), danger: { advice: "先离开，到安全的地方拨 119。不要回去拿东西。" } })],
    ["report-old", report, on(report, { form: formOf(draft({})), old: { id: "1", text: LONG.slice(0, 300), photos: 3 } })],
    ["report-no-place", report, on(report, { form: { ...formOf(draft({})), place: placeOf(draft({}), { reason: "refused", message: "没有允许使用位置。可以在地图上选，或者写下地点。" }) } })],
    ["report-repeated", report, on(report, { form: formOf(blocked("repeated_report", "您今天已经上报过同样的内容", { number: REPORT.number })) })],
    ["report-blocked", report, on(report, { form: formOf(blocked("sender_blocked", "暂时不能上报，到 12 月 8 日为止", { appeal: "有不同意见可以打电话。", phone: "12345" })) })],
    ["report-near", report, on(report, { form: formOf(draft({ text: "路灯不亮" })), near: nearRows([{ number: "QJ1", summary: "村口路灯不亮", category: null, status: status("processing", "办理中"), distance_m: 80, submitted_at: "2026-11-29T00:00:00+08:00" }], NOW) })],
    ["report-sending", report, on(report, { sending: sendingOf(draft({ text: LONG.slice(0, 300), state: "queued" }), { done: 1, total: 3, share: 0.5 }) })],
    ["report-waiting", report, on(report, { sending: sendingOf(draft({ text: "停水", state: "queued", attempts: 2, body: {} })) })],
    ["report-sent", report, on(report, { sending: sendingOf(draft({ state: "sent", number: REPORT.number, safety_prompt: "请先拨打 119，并离开现场。", unlinked: true })) })],
    ["report-publish", report, on(report, { sending: sendingOf(draft({ state: "sent", number: REPORT.number })), publish: { kind: "publication", title: "公开办理情况", purpose: "让邻居看到事情有人管、办得怎样，也免得重复上报。", retention: "随办理记录；您不同意后立即撤下。", if_refused: "您反映的事情照样办理，只是不出现在公开页面上。" } })],
    ["detail-loading", detail, on(detail, {})],
    ["detail-open", detail, shown(REPORT)],
    ["detail-long", detail, shown({ ...REPORT, text: LONG.slice(0, 900), due_at: "2026-11-30T17:30:00+08:00" })],
    ["detail-rate", detail, shown(CLOSED, { solved: "no", score: 2 })],
    ["detail-refused", detail, shown(REFUSED)],
    ["detail-asked", detail, shown({ ...REPORT, status: status("need_info", "待补充"), allowed_actions: ["supplement", "withdraw"], timeline: [...REPORT.timeline, line("asked", "请补充", "2026-12-01T09:00:00+08:00", "请说明是哪一盏灯")] })],
    ["detail-done", detail, shown({ ...CLOSED, status: status("closed", "已办结"), closed_at: "2026-12-01T09:30:00+08:00", ratings: [{ round: 1, solved: true, score: 5, comment: "很快，谢谢", at: "2026-12-01T09:30:00+08:00" }] })],
    ["detail-sheet", detail, shown(REPORT, { sheet: actionOf("supplement", REPORT, NOW), error: "请写几个字，或添加照片" })],
    ["detail-gone", detail, on(detail, { loading: false, state: { title: "没有找到这件上报", text: "编号可能不对，也可能不是用这个微信上报的。" } })],
    ["mine-list", mine, on(mine, { loading: false, items: [card(REPORT), card(CLOSED), card({ ...REPORT, number: "3", text: LONG.slice(0, 900), due_at: "2026-11-30T17:30:00+08:00" })], cursor: "x", groups: words.GROUPS.map(({ key, label }, at) => ({ key, label, count: String(at * 3) })) })],
    ["mine-empty", mine, on(mine, { loading: false, state: { title: "还没有上报", text: "看到身边的问题，拍张照片就能反映。" } })],
    ["mine-offline", mine, on(mine, { loading: false, state: offline })],
    ["mine-broken", mine, on(mine, { loading: false, state: broken })],
    ["inbox-list", inbox, on(inbox, { loading: false, unread: 1, items: [message("1", false), message("2", true, { title: "您的账号有变化", number: "", asks: "", text: LONG.slice(0, 200) })] })],
    ["inbox-empty", inbox, on(inbox, { loading: false, state: { title: "还没有消息", text: "您上报的事有了进展，会在这里告诉您。" } })],
    ["me", me, on(me, { loading: false, notice, items: [{ kind: "photo", title: "使用照片", on: true, state: "已同意", purpose: "让办理人员看清现场。", refused: "您仍可上报，只是不能附照片。" }] })],
    ["me-offline", me, on(me, { loading: false, state: offline })],
  ];
}

module.exports = { NOW, REPORT, states };
