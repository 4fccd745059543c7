/* One poll: choose, look at it once more, cast; then what was counted. */

import { api, uuid } from "../core/api.js";
import * as db from "../core/db.js";
import { $, attempt, button, dialog, el, errorState, fill, icon, momentWords, toast } from "../core/ui.js";
import { persist } from "../case/sure.js";
import { asVerified, begin, choiceWords, gone, needsSignIn, notThere, pollTime, read, signInHint, stateChip, wanted } from "./parts.js";
import { resultBlock } from "./result.js";

const id = wanted();
const box = $("#poll");
const path = `/polls/${encodeURIComponent(id)}`;
const state = { poll: null, chosen: new Set(), unknown: false };
// The same vote again after a lost answer or a killed page has the same name, and the server counts it once.
const KEY = `vote:${id}`;

function optionRow(poll, option) {
  const single = poll.max_choices === 1;
  const input = el("input", {
    type: single ? "radio" : "checkbox",
    name: "option",
    value: option.id,
    checked: state.chosen.has(option.id),
    onchange: () => choose(poll, option.id, input),
  });
  return el("label", { class: "poll-option" }, input, el("span", { text: option.text }));
}

function choose(poll, key, input) {
  let wrong = "";
  if (poll.max_choices === 1) {
    state.chosen = new Set([key]);
  } else if (!input.checked) {
    state.chosen.delete(key);
  } else if (state.chosen.size >= poll.max_choices) {
    input.checked = false;
    wrong = `最多选 ${poll.max_choices} 项，请先去掉一项`;
  } else {
    state.chosen.add(key);
  }
  const note = $("#poll-chosen");
  if (note) {
    note.textContent = `已选 ${state.chosen.size} 项`;
  }
  say(wrong);
}

function say(text) {
  const node = $("#poll-wrong");
  node.textContent = text;
  node.hidden = !text;
}

function voteForm(poll) {
  const send = button("下一步：核对", { class: "btn btn-primary btn-big btn-block", id: "poll-next", onclick: () => attempt(send, () => review(poll)) });
  return el(
    "section",
    { class: "card" },
    el(
      "fieldset",
      { class: "poll-options", "aria-describedby": "poll-rules" },
      el("legend", { class: "strong", text: choiceWords(poll) }),
      poll.options.map((option) => optionRow(poll, option)),
    ),
    poll.max_choices > 1 ? el("p", { class: "hint", id: "poll-chosen", role: "status", text: `已选 ${state.chosen.size} 项` }) : null,
    el("p", { class: "field-error", id: "poll-wrong", role: "alert", hidden: true }),
    el("p", { class: "hint", id: "poll-rules", text: "不记名投票：系统只记您投过，不记您选了什么。所以投出后不能修改，也不能撤回。" }),
    state.unknown ? signInHint("投票") : null,
    send,
  );
}

async function review(poll) {
  if (!state.chosen.size) {
    say("请先选一项");
    $(".poll-option input").focus();
    return;
  }
  const chosen = poll.options.filter((option) => state.chosen.has(option.id));
  let after = null;
  await dialog({
    title: "请核对您的选择",
    sheet: true,
    content: [
      el("ul", { class: "poll-review" }, chosen.map((option) => el("li", null, icon("check"), el("span", { text: option.text })))),
      el("p", { class: "strong", text: "投出后不能修改，也不能撤回。" }),
    ],
    buttons: [
      { text: "返回修改", value: null },
      {
        text: "确定投票",
        value: true,
        kind: "primary",
        before: async () => {
          after = await cast(chosen.map((option) => option.id));
          return true;
        },
      },
    ],
  });
  if (after) {
    draw(after);
    toast("投票成功", "good");
    box.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}

async function cast(options) {
  const { id: clientId } = await db.kvChange(KEY, (kept) => kept || { id: uuid() });
  try {
    const after = await asVerified(() => persist(() => api(`${path}/vote`, { method: "POST", body: { client_id: clientId, options }, timeout: 15000 })));
    if (after) {
      await db.kvDelete(KEY);
    }
    return after;
  } catch (error) {
    if (error.status === 409 || error.status === 400) {
      await db.kvDelete(KEY);
      toast(error.message, "bad");
      await show();
      return null;
    }
    throw error;
  }
}

function note(name, text) {
  return el("p", { class: "line" }, icon(name), el("span", { text }));
}

function middle(poll) {
  const { code } = poll.phase;
  if (code === "withdrawn") {
    return el("section", { class: "card card-warn" }, el("h2", { text: "这个投票已经撤回" }), el("p", { text: poll.withdrawal_note }), el("p", { class: "hint", text: "已经投的票不公布。" }));
  }
  if (code === "coming") {
    return el("section", { class: "card" }, note("clock", `${momentWords(poll.opens_at)} 开始投票，到时再来。`), optionList(poll));
  }
  if (code === "open" && !poll.voted) {
    return voteForm(poll);
  }
  if (code === "open") {
    const later = poll.result_visibility.code === "after_closing";
    return el("section", { class: "card", id: "poll-voted" }, note("check-circle", "您已经投票，谢谢参与。"), later ? el("p", { class: "hint", text: `结果在 ${momentWords(poll.closes_at)} 截止后公布。` }) : null);
  }
  return el("section", { class: "card" }, note(poll.voted ? "check-circle" : "information-circle", poll.voted ? "投票已截止，您参加了投票。" : "投票已截止。"));
}

function optionList(poll) {
  return el("ol", { class: "poll-list" }, poll.options.map((option) => el("li", { text: option.text })));
}

function draw(poll) {
  state.poll = poll;
  fill(
    box,
    el(
      "div",
      { class: "stack" },
      el(
        "section",
        { class: "card" },
        el("p", { class: "voice-badges" }, stateChip(poll.phase)),
        el("h2", { class: "voice-head", text: poll.question }),
        poll.text ? el("p", { class: "voice-text", text: poll.text }) : null,
        poll.phase.code === "withdrawn" ? null : el("p", { class: "hint", text: pollTime(poll) }),
        poll.extension ? el("p", { class: "hint", text: `截止时间由 ${momentWords(poll.extension.first_closes_at)} 延长：${poll.extension.note}` }) : null,
      ),
      middle(poll),
      poll.result ? resultBlock(poll) : null,
    ),
  );
}

/* What is being chosen stays under the finger: only a change that matters draws the page anew. */
function same(poll) {
  const facts = (one) => JSON.stringify([one.phase, one.voted, one.options, one.closes_at, one.result]);
  return state.poll && facts(state.poll) === facts(poll);
}

async function show() {
  try {
    const [poll, unknown] = await Promise.all([read(path), needsSignIn()]);
    state.unknown = unknown;
    if (!same(poll)) {
      state.chosen = new Set([...state.chosen].filter((key) => poll.options.some((option) => option.id === key)));
      draw(poll);
    }
  } catch (error) {
    if (gone(error)) {
      fill(box, notThere("投票"));
    } else if (!state.poll) {
      fill(box, errorState(error, show));
    }
  }
}

box.tabIndex = -1;
begin(box, "投票", show);
