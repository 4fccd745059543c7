// The triage desk: a list, a case, keys. Every decision goes to the server's own forms and comes back
// as a fragment; the address always names the case, so that back, forward and refresh keep it.
const desk = document.getElementById("xc-desk");
const pane = document.getElementById("xd-pane"), rows = document.getElementById("xd-rows");
const toast = document.getElementById("xd-toast"), help = document.getElementById("xd-help");
const BEAT_MS = 45000, LIST_MS = 20000, IDLE_MS = 600000, LOOK_FIRST_MS = 350;
const photos = window.xcDeskPhotos, forms = window.xcDeskForm;
let busy = false, map = null, toastTimer = 0, shownAt = 0, touchedAt = Date.now(), beatAt = Date.now();
// One case is opened after the other, so that no claim is left behind; ``wanted`` is the newest wish.
let wanted = "", claimed = "", chain = Promise.resolve();

const article = () => pane.querySelector(".xd-case");
const openId = () => (article() ? article().dataset.id : "");
const isMine = () => Boolean(article()) && article().dataset.state === "mine";
const isOpening = () => wanted !== openId();
const inlineForm = () => pane.querySelector("#xd-form form");

function say(text, tone = "") {
  toast.textContent = text;
  toast.className = `xd-toast ${tone}`;
  toast.hidden = !text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 6000);
}

const WRONG = {
  403: "登录状态有变化，请刷新页面后再试",
  404: "没有这张工单，或不在您的权限范围内",
};
// Answers { ok, status, body }; a lost session or network is said, never thrown.
async function ask(url, fields = null) {
  const options = { credentials: "same-origin", headers: { Accept: "application/json" } };
  if (fields) {
    options.method = "POST";
    options.headers["X-CSRFToken"] = desk.dataset.token;
    options.body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  }
  try {
    const answer = await fetch(url, options);
    if (answer.redirected) {
      say("登录已失效，请重新登录后继续", "xd-bad");
      return { ok: false, status: 401, body: null };
    }
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    const body = isJson ? await answer.json() : null;
    if (!body) say(WRONG[answer.status] || "操作没有成功，请稍后再试", "xd-bad");
    return { ok: answer.ok, status: answer.status, body };
  } catch {
    say("网络不通，没有提交，请再试一次", "xd-bad");
    return { ok: false, status: 0, body: null };
  }
}

// ---- the list
const lines = () => [...rows.querySelectorAll(".xd-row")];
const lineOf = (id) => rows.querySelector(`.xd-row[data-case="${id}"]`);
function mark(id) {
  lines().forEach((line) => {
    const active = line.dataset.case === String(id);
    line.classList.toggle("xd-active", active);
    if (active) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  });
  const line = lineOf(id);
  if (line) line.scrollIntoView({ block: "nearest" });
}
async function refreshList() {
  const { ok, body } = await ask(`${desk.dataset.list}?rows=${lines().length}`);
  if (!ok || !body) return;
  const top = rows.scrollTop;
  rows.innerHTML = body.html;
  document.getElementById("xd-waiting").textContent = body.waiting;
  rows.scrollTop = top;
  mark(openId());
}
async function loadMore() {
  const more = rows.querySelector(".xd-more");
  if (!more || more.disabled) return false;
  more.disabled = true;
  const { ok, body } = await ask(`${desk.dataset.list}?after=${more.dataset.after}`);
  if (!ok || !body) { more.disabled = false; return false; }
  more.remove();
  rows.insertAdjacentHTML("beforeend", body.html);
  return true;
}
async function step(direction) {
  const all = lines(), at = all.findIndex((line) => line.dataset.case === wanted);
  const free = (line) => !line.classList.contains("xd-held");
  const order = direction > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
  const found = order.find(free);
  if (found) return open(found.dataset.case);
  if (direction > 0 && (await loadMore())) return step(direction);
  return say(direction > 0 ? "已是最后一件" : "已是第一件");
}

// ---- the case
function show(html) {
  if (map) map.remove();
  pane.innerHTML = html;
  pane.scrollTop = 0;
  shownAt = Date.now();
  map = window.xcDrawTicketMap ? window.xcDrawTicketMap() : null;
  photos.bind(pane);
  pane.focus({ preventScroll: true });
}
function open(id, options = {}) {
  wanted = String(id);
  chain = chain.catch(() => false).then(() => (wanted === String(id) ? fetchCase(wanted, options) : false));
  return chain;
}
async function fetchCase(id, { push = true }) {
  const { ok, body } = await ask(`${desk.dataset.url}${id}/open/`, { leave: claimed });
  if (!ok || !body) {
    if (wanted === id) wanted = openId();
    if (!article()) showEmpty();
    return false;
  }
  claimed = body.state === "mine" ? id : "";
  if (wanted !== id) return false;
  desk.classList.add("xd-open");
  const address = `${desk.dataset.url}?case=${id}`;
  if (push && new URLSearchParams(location.search).get("case") !== id) history.pushState({ id }, "", address);
  else history.replaceState({ id }, "", address);
  show(body.html);
  mark(id);
  beatAt = Date.now();
  return true;
}
function showEmpty() {
  wanted = "";
  show(document.getElementById("xd-empty").innerHTML);
  desk.classList.remove("xd-open");
  history.replaceState({}, "", desk.dataset.url);
}
async function goOn(next) {
  if (next) await open(next);
  else showEmpty();
  refreshList();
}
function banner(text, tone = "xc-warn") {
  const box = pane.querySelector("#xd-banner");
  if (!box) return say(text, "xd-bad");
  const card = document.createElement("p");
  card.className = `xc-card ${tone}`;
  card.setAttribute("role", "alert");
  card.textContent = text;
  box.replaceChildren(card);
  return pane.scrollTo({ top: 0 });
}

// ---- deciding
async function openForm(url, fill = null) {
  const slot = pane.querySelector("#xd-form");
  if (!slot) return;
  const { ok, status, body } = await ask(url);
  if (status === 409 && body) { await lost(body); return; }
  if (!ok || !body) return;
  slot.innerHTML = body.html;
  const form = inlineForm();
  if (fill) forms.restore(form, fill);
  forms.prepare(form);
  slot.scrollIntoView({ block: "nearest" });
}
function closeForm() {
  const slot = pane.querySelector("#xd-form");
  if (slot) slot.replaceChildren();
  pane.focus({ preventScroll: true });
}
// Somebody was faster: say who did what when. Gone: the pane tells and offers the next case. Still
// here: the case is read again and what was typed stays in its form.
async function lost(body) {
  const typed = inlineForm() ? forms.draft(inlineForm()) : null;
  const id = openId();
  if (!(await open(id, { push: false }))) return;
  refreshList();
  if (body.decided) return;
  banner(body.claimed ? `${body.message}，本次操作没有提交` : `工单刚有变化：${body.message}。请核对后再办`);
  if (typed && isMine()) await openForm(typed.action, typed);
}
async function send(form) {
  if (busy || isOpening()) return;
  busy = true;
  try {
    const { ok, status, body } = await ask(form.getAttribute("action"), new FormData(form));
    if (!body) return;
    if (ok) {
      if (String(body.next) !== openId()) claimed = "";
      say(body.message, "xd-good");
      await goOn(body.next);
    } else if (status === 409) await lost(body);
    else if (body.html) {
      pane.querySelector("#xd-form").innerHTML = body.html;
      forms.prepare(inlineForm());
    } else banner(body.message, "xc-bad");
  } finally { busy = false; }
}
function pressCandidate(key) {
  const form = pane.querySelector(`form[data-candidate="${key}"]`);
  if (!form) return;
  if (form.hasAttribute("data-incomplete")) openForm(`${form.getAttribute("action")}?candidate=${key - 1}`);
  else send(form);
}
// A ticket that is alike takes the case at one press; any other number is looked at in the form first.
function merge(number = "") {
  const button = pane.querySelector("[data-action=merge]");
  if (!button) return;
  const alike = number && pane.querySelector(`.xd-similar[data-alike][data-number="${number}"]`);
  if (!alike) { openForm(`${button.dataset.form}?target=${number}`); return; }
  const form = document.createElement("form");
  form.setAttribute("action", button.dataset.form);
  const fields = { version: article().dataset.version, target_ticket: number };
  Object.entries(fields).forEach(([name, value]) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  });
  send(form);
}
function moveTarget() {
  const all = [...pane.querySelectorAll(".xd-similar[data-mergeable]")];
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("xd-target"));
  all.forEach((row) => row.classList.remove("xd-target"));
  const row = all[(at + 1) % all.length];
  row.classList.add("xd-target");
  const folded = row.closest("details");
  if (folded) folded.open = true;
  row.scrollIntoView({ block: "nearest" });
}

// ---- keys
const typing = (element) =>
  element.isContentEditable || Boolean(element.closest("input, textarea, select, [role=textbox], [role=combobox], .select2-container"));
const DECIDES = {
  1: () => pressCandidate(1),
  2: () => pressCandidate(2),
  m: () => merge((pane.querySelector(".xd-target") || { dataset: {} }).dataset.number),
};
const KEYS = {
  j: () => step(1), arrowdown: () => step(1), k: () => step(-1), arrowup: () => step(-1),
  s: moveTarget, p: () => photos.show(), "?": () => help.showModal(),
  d: () => press("dispatch"), r: () => press("reject"), a: () => press("ask"),
};
function press(action) {
  const button = pane.querySelector(`.xd-actions [data-action="${action}"]`);
  if (button) openForm(button.dataset.form);
}
function escape(event) {
  const form = inlineForm();
  if (!form || forms.closeChoices(form)) return;
  event.preventDefault();
  closeForm();
}
document.addEventListener("keydown", (event) => {
  touchedAt = Date.now();
  // 229 is what a Chinese input method sends while it composes.
  if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
  if (photos.open) { photos.key(event.key); return; }
  if (event.key === "Enter" && event.ctrlKey && inlineForm()) {
    event.preventDefault();
    send(inlineForm());
    return;
  }
  if (event.key === "Escape") { escape(event); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const name = event.key.toLowerCase();
  if (DECIDES[name]) {
    event.preventDefault();
    // A held or doubled key never decides the case that has only just come up.
    if (event.repeat || busy || isOpening() || !isMine() || Date.now() - shownAt < LOOK_FIRST_MS) return;
    DECIDES[name]();
  } else if (KEYS[name] && !busy) {
    event.preventDefault();
    KEYS[name]();
  }
});

// ---- mouse and touch
desk.addEventListener("click", (event) => {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey);
  const at = (selector) => event.target.closest(selector);
  if (at(".xd-row") && plain) { event.preventDefault(); open(at(".xd-row").dataset.case); }
  else if (at(".xd-more")) loadMore();
  else if (at("[data-form]")) openForm(at("[data-form]").dataset.form);
  else if (at("[data-merge]")) { if (!busy && isMine()) merge(at("[data-merge]").dataset.merge); }
  else if (at("[data-close-form]")) closeForm();
  else if (at("[data-go=next]")) step(1);
  else if (at("#xd-take")) open(openId(), { push: false });
  else if (at("#xd-help-open")) help.showModal();
});
desk.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.hasAttribute("data-take")) takeOver(form);
  else if (form.dataset.candidate) pressCandidate(Number(form.dataset.candidate));
  else send(form);
});
async function takeOver(form) {
  const { ok, body } = await ask(form.getAttribute("action"), new FormData(form));
  if (!body) return;
  if (ok) { claimed = String(body.id); show(body.html); refreshList(); } else banner(body.message, "xc-bad");
}
document.getElementById("xd-help-close").addEventListener("click", () => help.close());
document.addEventListener("pointerdown", () => { touchedAt = Date.now(); });
rows.addEventListener("scroll", () => {
  if (rows.scrollTop + rows.clientHeight > rows.scrollHeight - 80) loadMore();
});
window.addEventListener("popstate", (event) => {
  const id = (event.state && event.state.id) || new URLSearchParams(location.search).get("case");
  if (id) open(id, { push: false });
});
window.addEventListener("pagehide", () => {
  if (!isMine() || isOpening()) return;
  const fields = new FormData();
  fields.append("csrfmiddlewaretoken", desk.dataset.token);
  navigator.sendBeacon(article().dataset.leave, fields);
});
window.addEventListener("pageshow", (event) => { if (event.persisted && openId()) open(openId(), { push: false }); });

// ---- while the case is open. Whoever has been away for ten minutes holds nothing: the claim runs out.
async function beat() {
  beatAt = Date.now();
  const id = openId();
  if (!id || article().dataset.state === "decided") return;
  const { ok, body } = await ask(article().dataset.beat, {});
  if (!ok || !body || id !== openId() || busy) return;
  if (body.decided) { if (!inlineForm() || !isMine()) await open(id, { push: false }); else banner(body.message); }
  else if (isMine() && !body.mine) { if (inlineForm()) banner(body.held); else await open(id, { push: false }); }
  else if (!isMine() && body.mine) {
    pane.querySelector(".xd-held-text").textContent = "同事已离开这件工单";
    pane.querySelector("#xd-take").hidden = false;
  } else if (isMine() && String(body.version) !== article().dataset.version) {
    if (inlineForm()) banner("工单刚有变化，提交时会请您核对");
    else { await open(id, { push: false }); banner("工单刚有变化，已载入最新内容"); }
  }
}
setInterval(() => {
  if (document.hidden || Date.now() - touchedAt > IDLE_MS) return;
  if (!busy) refreshList();
}, LIST_MS);
setInterval(() => {
  if (Date.now() - touchedAt < IDLE_MS && Date.now() - beatAt >= BEAT_MS) beat();
}, 5000);

// The two panes fill what the alarm bar and the head leave of the screen.
function fit() {
  const top = desk.getBoundingClientRect().top + window.scrollY;
  desk.style.setProperty("--xd-height", `${Math.max(420, window.innerHeight - top - 12)}px`);
}
window.addEventListener("resize", fit);
const alarms = document.getElementById("xc-alarms");
if (alarms) new ResizeObserver(fit).observe(alarms);
fit();

if (Number(desk.dataset.first)) open(desk.dataset.first, { push: false }).then(() => refreshList());
else showEmpty();
