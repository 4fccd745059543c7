/* One topic: what it is about, how many support it, what was answered. */

import { api } from "../core/api.js";
import { $, announce, attempt, button, el, errorState, fill, icon, momentWords, toast } from "../core/ui.js";
import { callable } from "../case/parts.js";
import { persist } from "../case/sure.js";
import { asVerified, begin, gone, needsSignIn, notThere, read, signInHint, stateChip, supportWords, topicTime, wanted } from "./parts.js";

const id = wanted();
const box = $("#topic");
let unknown = false;
const path = `/topics/${encodeURIComponent(id)}`;

async function change(node, method) {
  // Once or ten times is the same to the server, so a lost answer is simply asked for again.
  const topic = await asVerified(() => persist(() => api(`${path}/support`, { method, timeout: 15000 })));
  if (!topic) {
    return;
  }
  unknown = false;
  draw(topic);
  const words = method === "POST" ? "已支持" : "已取消支持";
  toast(words, "good");
  announce(`${words}，现在${supportWords(topic)}`);
  const again = $("#topic-support");
  if (again) {
    again.focus({ preventScroll: true });
  }
}

function supportButton(topic) {
  const on = topic.supported === true;
  const node = button(on ? "已支持，点一下取消" : "我支持", {
    class: `btn ${on ? "btn-plain" : "btn-primary"} btn-big btn-block`,
    icon: on ? "check-circle" : "hand-thumb-up",
    id: "topic-support",
    "aria-pressed": String(on),
    onclick: () =>
      attempt(node, async () => {
        try {
          await change(node, on ? "DELETE" : "POST");
        } catch (error) {
          if (error.status === 409) {
            await show();
          }
          throw error;
        }
      }),
  });
  return node;
}

function replyBlock(topic) {
  if (!topic.reply) {
    return topic.state.code === "open" ? null : el("section", { class: "card" }, el("h2", { text: "街道答复" }), el("p", { class: "hint", text: "这个话题没有答复就结束了。" }));
  }
  return el(
    "section",
    { class: "card card-info", id: "topic-reply" },
    el("h2", { text: "街道答复" }),
    callable(topic.reply.text),
    el("p", { class: "hint", text: `${topic.reply.unit} · ${momentWords(topic.reply.at)}` }),
  );
}

function draw(topic) {
  fill(
    box,
    el(
      "div",
      { class: "stack" },
      el(
        "section",
        { class: "card" },
        el("p", { class: "voice-badges" }, stateChip(topic.state)),
        el("h2", { class: "voice-head", text: topic.title }),
        el("p", { class: "voice-text", text: topic.text }),
        el("p", { class: "hint", text: topicTime(topic) }),
      ),
      topic.reply ? replyBlock(topic) : null,
      el(
        "section",
        { class: "card", "aria-label": "支持" },
        el("p", { class: "voice-count" }, el("strong", { text: String(topic.support_count) }), " 人支持"),
        topic.takes_support && unknown ? signInHint("支持") : null,
        topic.takes_support ? supportButton(topic) : null,
        topic.takes_support ? null : el("p", { class: "line" }, topic.supported ? icon("check-circle") : null, el("span", { text: topic.supported ? "您支持了这个话题。现在不能再改。" : "现在不能再支持了。" })),
        el("p", { class: "hint", text: "只公布人数，谁支持了不会显示给任何人。" }),
      ),
      topic.reply ? null : replyBlock(topic),
    ),
  );
}

async function show() {
  try {
    unknown = await needsSignIn();
    draw(await read(path));
  } catch (error) {
    if (gone(error)) {
      fill(box, notThere("话题"));
    } else if (!$("#topic-support") && !$(".voice-head")) {
      fill(box, errorState(error, show));
    }
  }
}

begin(box, "话题", show);
