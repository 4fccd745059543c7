/* 平安志愿者: what it means, joining, points with rank and ledger, leaving. Looking makes nobody a guest. */

import { api, currentSession } from "../core/api.js";
import { ready } from "../core/app.js";
import { signInOptions } from "../core/signin.js";
import { onReturn } from "../case/parts.js";
import { $, attempt, button, config, confirm, dateWords, el, emptyState, errorState, field, fill, icon, linkButton, momentWords, skeleton, toast } from "../core/ui.js";
import { rankProgress, ruleLines, signed } from "./words.js";

const box = $("#volunteer");
const PAGE = 20;

function rulesCard(rules) {
  return el(
    "section",
    { class: "card" },
    el("h2", { text: "积分怎么算" }),
    el("ul", { class: "points" }, ruleLines(rules).map((line) => el("li", null, icon("check"), el("span", { text: line })))),
  );
}

function meaning() {
  return el(
    "section",
    { class: "card" },
    el("h2", { text: "人人都是平安志愿者" }),
    el("p", { text: "看到隐患随手报，有空参加巡查。您报的问题核实了，就得积分，可以换生活用品。" }),
    el(
      "ul",
      { class: "points" },
      [
        "自愿参加，随时可以退出，不影响上报。",
        "工作人员只看到您起的称呼和编号，看不到电话和微信。",
        "没有排行榜，别人看不到您的积分。",
        "危险的事不要自己动手，先躲开，再打 110、119。",
      ].map((line) => el("li", null, icon("shield-check"), el("span", { text: line }))),
    ),
  );
}

function joinForm() {
  const name = field("怎么称呼您", { maxlength: 20, autocomplete: "nickname", hint: "例如：王阿姨。不用写真名，不要写电话。" });
  const adult = el("input", { type: "checkbox", id: "volunteer-adult" });
  const agree = el("input", { type: "checkbox", id: "volunteer-agree" });
  const wrong = el("p", { class: "field-error", role: "alert", hidden: true });
  const send = button("加入志愿者", { kind: "primary", class: "btn btn-primary btn-block btn-big", onclick: () => attempt(send, () => join({ name, adult, agree, wrong })) });
  return el(
    "section",
    { class: "card", id: "volunteer-join" },
    el("h2", { text: "我要加入" }),
    name.node,
    el("label", { class: "check", for: "volunteer-adult" }, adult, el("span", { text: "我已满 18 周岁（没满也能加入，只是不能参加巡查）" })),
    el("label", { class: "check", for: "volunteer-agree" }, agree, el("span", null, "同意保存我的称呼、积分、兑换和巡查记录。", el("a", { href: config.urls.privacy, text: "看隐私说明" }))),
    wrong,
    send,
  );
}

async function join({ name, adult, agree, wrong }) {
  name.error("");
  wrong.hidden = true;
  if (!name.input.value.trim()) {
    name.error("请写一个称呼");
    return;
  }
  if (!agree.checked) {
    wrong.textContent = "要先勾选同意，才能加入";
    wrong.hidden = false;
    return;
  }
  const { version } = await api("/privacy/notice", { auth: "none" });
  const answer = await api("/volunteer", { method: "POST", body: { nickname: name.input.value.trim(), adult: adult.checked, version } });
  toast("欢迎加入！", "good");
  await showMember(answer);
  window.scrollTo(0, 0);
}

function refused(refusal) {
  return el("section", { class: "card card-warn" }, el("p", { class: "strong", text: "还不能加入" }), el("p", { text: refusal.message }), linkButton("去“我的”", config.urls.me, { kind: "primary", icon: "user" }));
}

function pointsCard(member, rules) {
  const progress = rankProgress(member);
  const owes = member.points < 0;
  return el(
    "section",
    { class: "card vol-top", tabindex: "-1" },
    el("p", { class: "line line-apart" }, el("strong", { text: member.nickname }), el("span", { class: "chip chip-processing", text: `${member.rank.name}志愿者` })),
    el("p", { class: "vol-points" }, el("strong", { text: String(member.points).replace("-", "−") }), el("span", { text: "可用积分" })),
    owes ? el("p", { class: "hint warn", text: "有积分被扣回。以后得到的积分会先补上。" }) : null,
    el("div", { class: "vol-bar", role: "img", "aria-label": progress.text }, el("span", { style: { width: `${Math.round(progress.share * 100)}%` } })),
    el("p", { class: "hint", text: progress.text }),
    el("p", { class: "fine", text: `累计 ${member.earned} 分 · 今天已得 ${member.today} 分（每天最多 ${rules.daily_cap} 分）` }),
    el("p", { class: "fine", text: `志愿者编号 ${member.number}` }),
    member.expiring ? el("p", { class: "hint warn", text: `${dateWords(member.expiring.on)}有 ${member.expiring.points} 分到期，请及时兑换` }) : null,
  );
}

function tiles() {
  return el(
    "nav",
    { class: "vol-tiles", "aria-label": "志愿者" },
    linkButton("积分兑换", config.urls.rewards, { kind: "plain", icon: "heart" }),
    linkButton("巡查任务", config.urls.patrols, { kind: "plain", icon: "map" }),
  );
}

function entryRow(entry) {
  const case_ = entry.report ? el("a", { href: `${config.cases}${encodeURIComponent(entry.report)}`, text: `上报 ${entry.report}` }) : null;
  return el(
    "li",
    { class: "row", dataset: { kind: entry.kind.code } },
    el("span", { class: "row-main" }, el("span", { class: "row-title", text: entry.kind.label }), entry.note ? el("span", { class: "row-hint", text: entry.note }) : null, el("span", { class: "fine" }, momentWords(entry.at), case_ ? " · " : null, case_), appeal(entry)),
    el("strong", { class: `vol-amount${entry.points < 0 ? " bad" : ""}`, text: signed(entry.points) }),
  );
}

function appeal(entry) {
  return entry.kind.code === "reversal" ? el("a", { class: "fine", href: `${config.urls.report}?kind=opinion`, text: "有不同意见，写信申诉" }) : null;
}

function ledgerCard() {
  const list = el("ul", { class: "list", id: "volunteer-ledger" });
  const more = el("div");
  const section = el("section", { class: "stack" }, el("h2", { class: "section-title", text: "积分明细" }), list, more);
  const next = async (cursor) => {
    const page = await api("/points", { query: { cursor, limit: PAGE } });
    list.append(...page.items.map(entryRow));
    const node = page.next_cursor ? button("看更早的", { class: "btn btn-plain btn-block", onclick: () => attempt(node, () => next(page.next_cursor)) }) : null;
    fill(more, node);
    if (!list.children.length) {
      fill(more, emptyState("还没有积分", "您报的问题经核实属实后，积分会记在这里。"));
      list.hidden = true;
    }
  };
  fill(more, skeleton(2));
  next("").catch((error) => fill(more, errorState(error, () => next("").catch(() => {}))));
  return section;
}

async function leave() {
  if (await confirm("退出志愿者？", "积分会清零，没领的物品会取消，报名的巡查也会退出。您的上报不受影响。", { yes: "退出", danger: true })) {
    await api("/volunteer", { method: "DELETE" });
    toast("已退出", "good");
    await show();
  }
}

async function showMember(answer) {
  if (!answer.joined) {
    fill(box, meaning(), answer.refusal ? refused(answer.refusal) : joinForm(), rulesCard(answer.rules));
    return;
  }
  const out = button("退出志愿者", { kind: "link", onclick: () => attempt(out, leave) });
  fill(box, pointsCard(answer.volunteer, answer.rules), tiles(), ledgerCard(), rulesCard(answer.rules), el("p", { class: "case-center" }, out));
}

async function showStranger() {
  const [rules, options] = await Promise.all([api("/volunteer/rules", { auth: "none" }), signInOptions()]);
  const refusal = { message: "请先用微信登录，或在“我的”里验证手机号，再加入志愿者。" };
  fill(box, meaning(), options.dev ? joinForm() : refused(refusal), rulesCard(rules));
}

async function show() {
  if (!box.children.length) {
    fill(box, skeleton(4));
  }
  try {
    await ((await currentSession()) ? showMember(await api("/volunteer")) : showStranger());
  } catch (error) {
    fill(box, errorState(error, show));
  }
}

ready.then(() => {
  show();
  onReturn(() => !$("#volunteer-join") && show());
});
