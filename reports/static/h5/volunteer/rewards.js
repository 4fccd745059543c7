/* 积分兑换: what is on the shelf, redeeming, and the codes of what waits to be fetched. */

import { api, currentSession, uuid } from "../core/api.js";
import { ready } from "../core/app.js";
import { onReturn } from "../case/parts.js";
import { $, attempt, button, config, confirm, dateWords, dialog, el, emptyState, errorState, fill, momentWords, skeleton, toast } from "../core/ui.js";
import { joinFirst } from "./parts.js";

const box = $("#rewards");
const LIMIT = 100;
// A tap whose answer was lost is repeated under the same number: nobody pays twice.
const wanted = new Map();

function shelf(rewards, member, days) {
  if (!rewards.length) {
    return emptyState("现在没有可兑换的物品", "上架后会在这里看到，积分先留着。");
  }
  return el("ul", { class: "case-list" }, rewards.map((reward) => el("li", null, rewardCard(reward, member, days))));
}

function why(reward, member) {
  if (!member) {
    return "加入志愿者后可以兑换";
  }
  if (!reward.stock) {
    return "已经兑完了";
  }
  if (!reward.left) {
    return `每人限兑 ${reward.person_limit} 件，您已经兑过了`;
  }
  return member.points < reward.points ? `还差 ${reward.points - member.points} 分` : "";
}

function rewardCard(reward, member, days) {
  const reason = why(reward, member);
  const take = button("兑换", { kind: "primary", disabled: Boolean(reason), onclick: () => attempt(take, () => redeem(reward, days)) });
  return el(
    "article",
    { class: "card", dataset: { reward: reward.id } },
    el("p", { class: "line line-apart" }, el("strong", { class: "grow", text: reward.name }), el("span", { class: "vol-price", text: `${reward.points} 分` })),
    reward.note ? el("p", { text: reward.note }) : null,
    el("p", { class: "hint", text: `剩 ${reward.stock} 件 · 每人限 ${reward.person_limit} 件` }),
    el("p", { class: "hint", text: `兑换截止 ${dateWords(reward.valid_to)}` }),
    el("p", { class: "hint", text: `领取地点：${reward.pickup_place}` }),
    el("div", { class: "line line-apart" }, el("span", { class: "hint grow", text: reason }), take),
  );
}

async function redeem(reward, days) {
  if (!(await confirm(`兑换“${reward.name}”？`, `会扣 ${reward.points} 分。请在 ${days} 天内到${reward.pickup_place}领取，没领会自动退回积分。`, { yes: "兑换" }))) {
    return;
  }
  if (!wanted.has(reward.id)) {
    wanted.set(reward.id, uuid());
  }
  try {
    const made = await api("/redemptions", { method: "POST", body: { client_id: wanted.get(reward.id), reward: reward.id } });
    wanted.delete(reward.id);
    toast("兑换成功", "good");
    await show();
    showCode(made);
  } catch (error) {
    // A refusal is an answer: the next tap is another wish. Without an answer it is the same one.
    if (error.status >= 400 && error.status < 500) {
      wanted.delete(reward.id);
      await show();
    }
    throw error;
  }
}

function showCode(redemption) {
  return dialog({
    title: redemption.reward,
    sheet: true,
    content: [
      el("p", { class: "vol-code", "aria-label": `兑换码 ${redemption.code.split("").join(" ")}`, text: redemption.code }),
      el("img", { class: "vol-qr", src: redemption.qr, alt: "兑换码的二维码", width: "200", height: "200" }),
      el("p", { class: "case-center", text: `到${redemption.pickup_place}，把这个码给工作人员看。` }),
      el("p", { class: "hint case-center", text: `${momentWords(redemption.expires_at)}前有效，只能用一次。不要发给别人。` }),
    ],
    buttons: [{ text: "知道了", value: true, kind: "primary" }],
  });
}

function mine(redemptions) {
  if (!redemptions.length) {
    return null;
  }
  return el("section", { class: "stack" }, el("h2", { class: "section-title", text: "我的兑换" }), el("ul", { class: "case-list" }, redemptions.map((row) => el("li", null, redemptionCard(row)))));
}

function redemptionCard(row) {
  const waiting = row.state.code === "reserved";
  const cancel = waiting ? button("取消兑换", { kind: "link", onclick: () => attempt(cancel, () => giveBack(row)) }) : null;
  return el(
    "article",
    { class: "card", dataset: { redemption: row.id } },
    el("p", { class: "line line-apart" }, el("strong", { class: "grow", text: row.reward }), el("span", { class: `chip ${waiting ? "chip-awaiting_rating" : "chip-plain"}`, text: row.state.label })),
    waiting ? el("p", { class: "hint", text: `${momentWords(row.expires_at)}前到${row.pickup_place}领取` }) : el("p", { class: "hint", text: `${row.points} 分 · ${momentWords(row.settled_at)}` }),
    waiting ? el("div", { class: "buttons" }, button("看兑换码", { kind: "primary", icon: "viewfinder-circle", onclick: () => showCode(row) }), cancel) : null,
  );
}

async function giveBack(row) {
  if (await confirm("取消这次兑换？", `${row.points} 分会退回给您。`, { yes: "取消兑换", no: "不取消" })) {
    await api(`/redemptions/${row.id}`, { method: "DELETE" });
    toast("已取消，积分已退回", "good");
    await show();
  }
}

async function show() {
  if (!box.children.length) {
    fill(box, skeleton(4));
  }
  try {
    if (!(await currentSession())) {
      fill(box, joinFirst("加入以后，可以用积分换生活用品。", "heart"));
      return;
    }
    const [me, rewards] = await Promise.all([api("/volunteer"), api("/rewards", { query: { limit: LIMIT } })]);
    const own = me.joined ? await api("/redemptions", { query: { limit: LIMIT } }) : { items: [] };
    const member = me.volunteer;
    const head = member ? el("p", { class: "vol-points" }, el("strong", { text: String(member.points).replace("-", "−") }), el("span", { text: "可用积分" })) : el("p", { class: "hint" }, el("a", { href: config.urls.volunteer, text: "加入志愿者" }), "，就能攒积分兑换。");
    fill(box, el("section", { class: "card" }, head), mine(own.items), el("h2", { class: "section-title", text: "可兑换的物品" }), shelf(rewards.items, member, me.rules.pickup_days));
  } catch (error) {
    fill(box, errorState(error, show));
  }
}

ready.then(() => {
  show();
  onReturn(show);
});
