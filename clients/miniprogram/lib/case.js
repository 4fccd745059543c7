/* What the page of one report shows, and what a resident may do there. Pure: no network. */

const { grown, rated } = require("./actions");
const words = require("./words");

const ORDER = ["reopen", "ask_lead", "supplement", "urge", "withdraw"];
const MAX_TEXT = 2000;
const MAX_SHORT = 500;

/** What each action asks for, by its code: `name` is the field of the body, `kinds` what it adds to the timeline. */
const ACTIONS = {
  supplement: { path: "supplement", kinds: ["supplement"], label: "补充", title: "补充情况或照片", ask: "补充说明", name: "text", max: MAX_TEXT, need: "请写几个字，或添加照片", photos: true, send: "提交补充", done: "已补充，办理的人会看到", moment: "supplement" },
  urge: { path: "urge", kinds: ["urge"], label: "催办", title: "催办", hint: "会提醒正在办理的单位。每天可以催办一次。", ask: "想说的话（可不填）", name: "text", max: MAX_SHORT, send: "催一下", done: "已催办，会提醒办理单位" },
  withdraw: { path: "withdraw", kinds: ["withdraw"], label: "撤回", title: "撤回这件上报？", hint: "撤回后不再办理，也不能恢复；记录会保留。如果问题还在，请不要撤回。", ask: "撤回原因（可不填）", name: "reason", max: MAX_SHORT, send: "确定撤回", done: "已撤回" },
  reopen: { path: "reopen", kinds: ["reopen"], label: "没办好，重新办理", title: "申请重新办理", ask: "哪里还没有办好", name: "reason", max: MAX_SHORT, need: "请写明哪里还没有办好", send: "申请重新办理", done: "已申请，指挥室会重新安排", moment: "reopen" },
  appeal: { path: "reopen", kinds: ["reopen", "appeal"], label: "申诉", title: "申诉", hint: "对“不予受理”有不同意见，可以申诉一次，指挥室会重新研判。", ask: "申诉理由", name: "reason", max: MAX_SHORT, need: "请写明申诉理由", send: "提交申诉", done: "已收到您的申诉", moment: "reopen" },
  ask_lead: { path: "ask-lead", kinds: ["ask_lead"], label: "请领导复核", title: "请值班领导复核", hint: "重新办理的次数已经用完。值班领导会看到您写的话，并给您答复。", ask: "想请领导看什么", name: "text", max: MAX_SHORT, need: "请写几句话", send: "提交", done: "已转给值班领导" },
};

/** Return the action of a code as it is for this report. */
function actionOf(code, report, now = Date.now()) {
  if (code === "reopen" && report.status.code === "rejected") {
    return { code, ...ACTIONS.appeal };
  }
  if (code === "reopen") {
    return { code, ...ACTIONS.reopen, hint: reopenHint(report.reopen, now) };
  }
  return { code, ...ACTIONS[code] };
}

function reopenHint(rule, now) {
  if (!rule) {
    return "办结后 30 天内可以申请，最多两次，编号不变。";
  }
  const until = rule.until ? `，${words.dayWords(rule.until, now)}前有效` : "";
  return `还可以申请 ${rule.left} 次${until}。编号不变，指挥室会重新安排办理。`;
}

/** How to tell, when the answer was lost, whether the action came through. */
function arrivedTest(spec, report, body) {
  return spec.code === "rate" ? rated(report) : grown(report, spec.kinds, body[spec.name] || "");
}

/** The buttons at the foot, in their order; rating and answering have their own forms above. */
function buttonsOf(report, now) {
  const urged = report.timeline.some((line) => line.kind === "urge" && words.dayWords(line.at, now) === words.dayWords(new Date(now).toISOString(), now));
  return ORDER.filter((code) => report.allowed_actions.includes(code)).map((code) => {
    const off = code === "urge" && urged;
    return { code, label: off ? "今天已催办" : actionOf(code, report, now).label, off, danger: code === "withdraw" };
  });
}

function lastLine(report, kinds) {
  const lines = report.timeline.filter((line) => kinds.includes(line.kind) && line.text);
  return lines.length ? lines[lines.length - 1] : null;
}

/** Everything the page shows. */
function caseOf(report, now = Date.now()) {
  const code = report.status.code;
  const result = ["awaiting_rating", "closed"].includes(code) ? lastLine(report, ["finished", "replied"]) : null;
  const asked = code === "need_info" ? lastLine(report, ["asked"]) : null;
  const place = report.location;
  return {
    number: report.number,
    status: report.status.label,
    tone: words.TONES[code] || "wait",
    kind: words.isLetter(report) ? report.kind.label : "",
    anonymous: report.anonymous,
    headline: words.headline(report),
    promise: words.promiseWords(report, now),
    danger: report.safety_prompt || "",
    question: asked ? asked.text : "",
    rejection: report.rejection ? { label: report.rejection.label, text: report.rejection.text, where: report.rejection.where } : null,
    result: result ? { title: words.isLetter(report) ? "给您的答复" : "办理结果", facts: [result.department, words.momentWords(result.at, now)].filter(Boolean).join(" · "), text: result.text, photos: words.photoRows(result.photos) } : null,
    canRate: code === "awaiting_rating" && report.allowed_actions.includes("rate"),
    rateBy: report.rating_due_at ? `${words.dayWords(report.rating_due_at, now)}前没有评价的，会自动办结，不算满意。` : "",
    text: report.text,
    photos: words.photoRows(report.photos),
    facts: factsOf(report, now),
    // WeChat's map speaks GCJ-02: a place in another system would be shown 500 m away.
    map: Boolean(place && place.lat !== null && place.coord_type === "gcj02" && place.source !== "text"),
    ratings: report.ratings.map((one, at) => ({ id: String(at), text: `${"★".repeat(one.score)}${"☆".repeat(5 - one.score)} ${words.SCORES[one.score - 1]}，${one.solved ? "已经解决" : "没有解决"}`, comment: one.comment })),
    timeline: words.timelineRows(report, now),
    buttons: buttonsOf(report, now),
  };
}

function factsOf(report, now) {
  const rows = [
    ["事项", report.category ? report.category.name : "还没有确定"],
    words.isLetter(report) && !report.location ? null : ["地点", words.placeWords(report.location)],
    ["时间", words.momentWords(report.submitted_at, now)],
    ["联系电话", report.contact_phone || (report.anonymous ? "匿名上报，没有留" : "没有留")],
    report.join ? ["一起反映", report.join] : null,
    ["编号", report.number],
  ];
  return rows.filter(Boolean).map(([name, value]) => ({ name, value }));
}

module.exports = { actionOf, arrivedTest, caseOf };
