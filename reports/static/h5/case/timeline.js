/* The way of a case, newest first: who did what, what the department wrote, its photos. */

import { el, icon } from "../core/ui.js";
import { callable } from "./parts.js";
import { strip } from "./photos.js";
import { byOffice, lineLabel, momentWords, stepOf } from "./words.js";

const ICONS = {
  submitted: "paper-airplane",
  supplement: "pencil-square",
  withdraw: "arrow-uturn-left",
  urge: "bell-alert",
  rate: "star",
  reopen: "arrow-path",
  appeal: "arrow-path",
  ask_lead: "user",
  asked: "question-mark-circle",
  info_expired: "clock",
  dispatched: "flag",
  redispatched: "arrow-path",
  returned: "arrow-path",
  accepted: "wrench-screwdriver",
  extended: "clock",
  due_moved: "clock",
  suspended: "pause-circle",
  resumed: "wrench-screwdriver",
  escalated: "flag",
  taken_back: "arrow-path",
  merged: "user-group",
  separated: "user-group",
  rejected: "x-mark",
  reassessing: "arrow-path",
  finished: "check-circle",
  replied: "chat-bubble-left-ellipsis",
  closed: "check-circle",
};
// Where a case changed hands: these are shown as steps of their own, never folded into another.
const TURNS = new Set(["redispatched", "returned", "taken_back", "reassessing", "reopen"]);

/** Return the list of all lines. */
export function timeline(lines) {
  const newest = [...lines].reverse();
  return el("ol", { class: "case-timeline" }, newest.map((line, index) => entry(line, index === 0)));
}

function entry(line, isLatest) {
  const step = stepOf(line);
  const classes = ["case-line", TURNS.has(step) ? "case-line-turn" : "", isLatest ? "case-line-now" : "", byOffice(line) ? "" : "case-line-mine"];
  const who = byOffice(line) && line.department ? line.department : "";
  return el(
    "li",
    { class: classes.filter(Boolean).join(" ") },
    el("span", { class: "case-dot" }, icon(ICONS[step] || "check-circle")),
    el(
      "div",
      { class: "case-line-body" },
      el("h3", { text: lineLabel(line) }),
      el("p", { class: "fine" }, el("time", { datetime: line.at, text: momentWords(line.at) }), who ? ` · ${who}` : null),
      line.text ? callable(line.text) : null,
      strip(line.photos, `${lineLabel(line)}的照片`),
    ),
  );
}
