/* The server said no: what it said, and the one thing that helps. */

import { answer } from "../core/consent.js";
import { attempt, button, config, el, linkButton } from "../core/ui.js";

/* Return a card for a blocked draft; `resend(change)` changes the draft and sends it again,
 * `copy()` sends it as a new report. */
export function refusalCard(draft, { resend, copy }) {
  const { error } = draft;
  if (!error) return null;
  const help = HELP[error.code];
  const parts = help ? help(error, { resend, copy }) : [];
  return el("div", { class: "card card-bad", role: "alert", id: "report-refusal" }, el("p", { class: "strong", text: "没有发送成功" }), el("p", { text: wordsOf(error) }), parts);
}

/* The message, or those of the fields when it only says that some field is wrong. */
function wordsOf(error) {
  const words = [...new Set(error.errors.map((row) => row.message))];
  return error.code === "invalid_input" && words.length > 0 ? words.join("；") : error.message;
}

function row(...nodes) {
  return [el("div", { class: "buttons" }, nodes)];
}

const HELP = {
  repeated_report: (error, { resend }) => {
    const number = error.details && error.details.number;
    const again = button("不是同一件，仍要上报", { onclick: () => resend({ repeat_ok: true }) });
    return row(number ? linkButton("去看那一件，补充或催办", `${config.cases}${encodeURIComponent(number)}`, { kind: "primary" }) : null, again);
  },
  sender_blocked: (error) => {
    const { appeal = "", phone = "" } = error.details || {};
    return [appeal ? el("p", { text: appeal }) : null, phone ? row(linkButton(`拨打 ${phone}`, `tel:${phone}`, { icon: "phone" })) : null];
  },
  consent_needed: (error, { resend }) => {
    const kinds = error.errors.map((one) => /^consents\.(\w+)$/.exec(one.field)).filter(Boolean).map((match) => match[1]);
    const agree = button("同意，继续发送", {
      kind: "primary",
      onclick: () =>
        attempt(agree, async () => {
          await answer(Object.fromEntries(kinds.map((kind) => [kind, true])));
          await resend({});
        }),
    });
    return kinds.length > 0 ? row(agree) : [];
  },
  join_not_found: (_error, { resend }) => row(button("单独发送这一件", { kind: "primary", onclick: () => resend({ join: "" }) })),
  idempotency_conflict: (_error, { copy }) => row(button("作为新的一件发送", { kind: "primary", onclick: () => copy() })),
};
