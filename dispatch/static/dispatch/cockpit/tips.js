/* The "?" beside a figure: a button that shows what the figure means, by mouse, keyboard and tap. */
import { el } from "./dom.js";

const GAP = 8;
let tip = null;
let owner = null;

/** A "?" for a figure; nothing where there is nothing to explain. */
export function why(name, text) {
  if (!text) return null;
  return el("button", { class: "ck-why", type: "button", "aria-label": `${name}：怎么算的`, "aria-expanded": "false", data: { why: text } }, "?");
}

function show(button) {
  if (owner === button) return;
  hide();
  owner = button;
  tip.textContent = button.dataset.why;
  tip.hidden = false;
  button.setAttribute("aria-expanded", "true");
  button.setAttribute("aria-describedby", tip.id);
  const at = button.getBoundingClientRect();
  const above = at.top - tip.offsetHeight - GAP;
  const room = window.innerWidth - tip.offsetWidth - GAP;
  tip.style.left = `${Math.max(GAP, Math.min(at.left, room))}px`;
  tip.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
}

function hide() {
  if (!owner) return;
  owner.setAttribute("aria-expanded", "false");
  owner.removeAttribute("aria-describedby");
  owner = null;
  tip.hidden = true;
}

const buttonOf = (event) => event.target.closest?.(".ck-why");

/** Listen once for the whole page: buttons come and go with the figures. */
export function explainFigures() {
  tip = el("div", { class: "ck-tip", id: "ck-tip", role: "tooltip", hidden: true });
  document.body.append(tip);
  for (const name of ["mouseover", "focusin"]) {
    document.addEventListener(name, (event) => buttonOf(event) && show(buttonOf(event)));
  }
  document.addEventListener("click", (event) => {
    const button = buttonOf(event);
    if (button) show(button);
    else hide();
  });
  for (const name of ["mouseout", "focusout"]) {
    document.addEventListener(name, (event) => buttonOf(event) === owner && document.activeElement !== owner && hide());
  }
  document.addEventListener("focusout", (event) => buttonOf(event) === owner && hide());
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}
