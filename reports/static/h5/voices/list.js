/* 民意: polls and topics, newest first, for everybody. */

import { ready } from "../core/app.js";
import { $, attempt, button, el, emptyState, errorState, fill, skeleton } from "../core/ui.js";
import { onReturn } from "../case/parts.js";
import { ownMark, pollPath, pollTime, read, stateChip, supportWords, topicPath, topicTime } from "./parts.js";

const PAGE = 10;

function card(href, title, badges, hint) {
  return el(
    "a",
    { class: "card card-link voice-card", href },
    el("span", { class: "voice-badges" }, badges),
    el("span", { class: "voice-title", text: title }),
    el("span", { class: "hint", text: hint }),
  );
}

function pollCard(poll) {
  const words = [pollTime(poll), poll.result && poll.result.final ? `${poll.result.voters} 人投票` : ""];
  return card(pollPath(poll.id), poll.question, [stateChip(poll.phase), poll.voted ? ownMark("已投票") : null], words.filter(Boolean).join(" · "));
}

function topicCard(topic) {
  const words = [supportWords(topic), topicTime(topic)];
  return card(topicPath(topic.id), topic.title, [stateChip(topic.state), topic.supported ? ownMark("已支持") : null], words.join(" · "));
}

function section({ node, path, view, empty }) {
  const state = { items: [], cursor: null };
  const draw = () => {
    if (!state.items.length) {
      fill(node, emptyState(empty.title, empty.text, { icon: empty.icon }));
      return;
    }
    const more = button("再看一些", { class: "btn btn-plain btn-block", onclick: () => attempt(more, next) });
    fill(node, el("ul", { class: "voice-list" }, state.items.map((item) => el("li", null, view(item)))), state.cursor ? more : null);
  };
  const take = (page, before) => {
    const known = new Set(before.map((item) => item.id));
    state.items = [...before, ...page.items.filter((item) => !known.has(item.id))];
    state.cursor = page.next_cursor;
    draw();
  };
  const next = async () => take(await read(path, { query: { limit: PAGE, cursor: state.cursor } }), state.items);
  const show = async () => {
    if (!state.items.length) {
      fill(node, skeleton(3));
    }
    try {
      take(await read(path, { query: { limit: Math.min(100, Math.max(PAGE, state.items.length)) } }), []);
    } catch (error) {
      if (!state.items.length) {
        fill(node, errorState(error, show));
      }
    }
  };
  return show;
}

async function start() {
  await ready;
  const shows = [
    section({
      node: $("#voices-polls"), path: "/polls", view: pollCard,
      empty: { title: "现在没有投票", text: "有要大家一起选的事，会在这里投票。", icon: "chart-bar" },
    }),
    section({
      node: $("#voices-topics"), path: "/topics", view: topicCard,
      empty: { title: "现在没有话题", text: "几个人提了同一条意见，街道会整理成话题放在这里。", icon: "hand-thumb-up" },
    }),
  ];
  const all = () => shows.forEach((show) => show());
  all();
  onReturn(all);
}

start();
