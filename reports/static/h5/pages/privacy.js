/* The privacy notice, whole: the server's text under its version. */

import "../core/app.js";
import { notice } from "../core/consent.js";
import { $, dateWords, el, load } from "../core/ui.js";

function consentPart(item) {
  return [
    el("h3", { text: item.title }),
    el("p", { text: item.purpose }),
    el(
      "dl",
      { class: "facts" },
      el("dt", { text: "依据" }), el("dd", { text: item.basis }),
      el("dt", { text: "保存多久" }), el("dd", { text: item.retention }),
      el("dt", { text: "不同意会怎样" }), el("dd", { text: item.if_refused }),
    ),
  ];
}

function contactPart(contact) {
  return [
    el("h2", { text: "找谁" }),
    el("p", {}, contact.office, contact.address ? `，${contact.address}` : ""),
    contact.phone ? el("p", {}, "电话 ", el("a", { href: `tel:${contact.phone}`, text: contact.phone })) : null,
  ];
}

function view(text) {
  return [
    el("p", { class: "hint", text: `版本 ${text.version}，自${dateWords(text.effective_on)}起施行` }),
    el("div", { class: "card card-info" }, el("h2", { text: "要点" }), el("ul", { class: "stack" }, text.summary.map((line) => el("li", { text: line })))),
    text.sections.map((part) => [el("h2", { text: part.title }), part.paragraphs.map((line) => el("p", { text: line }))]),
    el("h2", { text: "要您单独同意的" }),
    text.consents.map(consentPart),
    contactPart(text.contact),
  ];
}

load($("#privacy-text"), notice, view, { lines: 8 });
