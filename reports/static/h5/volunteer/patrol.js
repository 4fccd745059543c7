/* One patrol: what to look at, signing up, checking in and out. The phone is asked where it is at these two taps only. */

import { api, currentSession } from "../core/api.js";
import { ready } from "../core/app.js";
import { onReturn } from "../case/parts.js";
import { $, alert, attempt, button, config, confirm, dialog, el, errorState, field, fill, icon, linkButton, momentWords, skeleton, toast } from "../core/ui.js";
import { joinFirst } from "./parts.js";
import { whereAmI } from "./position.js";
import { signupHint, windowWords } from "./words.js";

const box = $("#patrol");
const id = new URLSearchParams(location.search).get("id") || "";
const path = (step = "") => `/patrols/${encodeURIComponent(id)}${step}`;
const EARLY_MS = 30 * 60000;

const fact = (name, text) => [el("dt", { text: name }), el("dd", { text })];

function facts(patrol) {
  return el(
    "dl",
    { class: "facts" },
    fact("时间", windowWords(patrol.starts_at, patrol.ends_at)),
    fact("地点", patrol.place),
    fact("范围", patrol.grid ? patrol.grid : `周围约 ${patrol.radius_m} 米`),
    fact("名额", `${patrol.places} 人，还有 ${patrol.places_left} 个`),
    fact("积分", `经确认后 ${patrol.points} 分`),
    fact("发布", patrol.posted_by),
  );
}

async function step(name, body) {
  draw(await api(path(name), { method: "POST", body }), await membership());
}

async function join() {
  await step("/join", undefined);
  toast("报名成功", "good");
}

async function leave() {
  if (await confirm("退出这次巡查？", "名额会让给别人。", { yes: "退出" })) {
    await step("/leave", undefined);
  }
}

async function checkIn() {
  try {
    await step("/check-in", await whereAmI());
    toast("已签到", "good");
  } catch (error) {
    // How far it is must be read in peace.
    if (error.code === "outside_area" || error.code === "too_early" || !error.status) {
      await alert("没有签到", error.message);
      return;
    }
    throw error;
  }
}

async function checkOut() {
  const note = field("巡查情况（可不填）", { tag: "textarea", rows: "4", maxlength: "500", placeholder: "比如：东头有一盏路灯不亮，已经上报" });
  const sent = await dialog({
    title: "签退",
    sheet: true,
    content: [el("p", { class: "hint", text: "签退也会用一次手机定位，定不到位也能签退。" }), note.node],
    buttons: [{ text: "取消", value: null }, { text: "签退", value: "sent", kind: "primary" }],
  });
  if (sent) {
    const position = await whereAmI().catch(() => null);
    await step("/check-out", { note: note.input.value.trim(), position });
    toast("已签退，辛苦了", "good");
  }
}

function primary(text, work, name) {
  const node = button(text, { class: "btn btn-primary btn-block btn-big", icon: name, onclick: () => attempt(node, work) });
  return node;
}

function actions(patrol, member) {
  const state = patrol.signup ? patrol.signup.state.code : "";
  const now = Date.now();
  if (patrol.state.code === "cancelled") {
    return null;
  }
  if (state === "checked_in") {
    return [primary("签退", checkOut, "check"), linkButton("发现问题，去上报", config.urls.report, { icon: "camera", class: "btn btn-plain btn-block" })];
  }
  if (now >= Date.parse(patrol.ends_at)) {
    return state ? null : el("p", { class: "hint", text: "这次巡查已经结束。" });
  }
  if (state === "joined") {
    const out = button("退出报名", { kind: "link", onclick: () => attempt(out, leave) });
    return [now >= Date.parse(patrol.starts_at) - EARLY_MS ? primary("签到", checkIn, "map-pin") : null, el("p", { class: "case-center" }, out)];
  }
  return !state || state === "left" ? joining(patrol, member) : null;
}

function joining(patrol, member) {
  if (!member) {
    return linkButton("先加入志愿者", config.urls.volunteer, { kind: "primary", class: "btn btn-primary btn-block" });
  }
  if (!member.adult) {
    return el("p", { class: "hint", text: "巡查只请满 18 周岁的志愿者参加。" });
  }
  return patrol.places_left ? primary("报名参加", join, "hand-raised") : el("p", { class: "hint", text: "名额已满，可以看看别的巡查。" });
}

function draw(patrol, member) {
  const own = patrol.signup && patrol.signup.state.code !== "left" ? patrol.signup : null;
  const hint = own || patrol.state.code === "cancelled" ? signupHint(patrol) : "";
  fill(
    box,
    el(
      "section",
      { class: "card" },
      own || patrol.state.code === "cancelled"
        ? el("p", { class: "case-badges" }, own ? el("span", { class: "chip chip-processing", text: own.state.label }) : null, patrol.state.code === "cancelled" ? el("span", { class: "chip chip-rejected", text: "已取消" }) : null)
        : null,
      el("h2", { class: "case-headline", text: patrol.title }),
      facts(patrol),
    ),
    el("section", { class: "card" }, el("h2", { text: "重点看什么" }), el("p", { class: "case-text", text: patrol.look_for })),
    hint ? el("p", { class: "card card-info" }, hint) : null,
    own && own.checked_in_at ? el("p", { class: "hint", text: [`签到 ${momentWords(own.checked_in_at)}`, own.checked_out_at ? `签退 ${momentWords(own.checked_out_at)}` : "", own.reports ? `巡查中上报 ${own.reports} 件` : ""].filter(Boolean).join(" · ") }) : null,
    actions(patrol, member),
    el("section", { class: "card card-warn" }, el("p", { class: "line" }, icon("exclamation-triangle"), el("strong", { text: "安全第一" })), el("p", { text: "结伴走，注意来车。遇到险情先躲开，打 110、119 或 120，不要自己动手，不要和人争执。" })),
  );
}

async function membership() {
  return (await currentSession()) ? (await api("/volunteer")).volunteer : null;
}

async function show() {
  if (!box.children.length) {
    fill(box, skeleton(4));
  }
  try {
    if (!(await currentSession())) {
      fill(box, joinFirst("加入以后，可以报名参加巡查。", "map"));
      return;
    }
    const [patrol, member] = await Promise.all([api(path()), membership()]);
    draw(patrol, member);
  } catch (error) {
    fill(box, errorState(error, show));
  }
}

ready.then(() => {
  show();
  onReturn(show);
});
