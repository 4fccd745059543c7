/* The screen after 发送: how far it is, what to do when it does not go on, and the number at the end. */

import { answers, ask, firstUse } from "../core/consent.js";
import * as db from "../core/db.js";
import { unqueueDraft, wakeSender } from "../core/sender.js";
import { signInAgain } from "../core/signin.js";
import { $, announce, button, config, el, fill, icon, linkButton } from "../core/ui.js";
import { KINDS, isLetter } from "./words.js";

export const NOT_KEPT = "这个浏览器是无痕模式，存不住内容，发完以前请不要关掉这个页面。";

/* Show one draft in `root` until it is sent or needs the person; `onEdit(draft)` opens the form. */
export class Sending {
  constructor(root, draft, { onEdit, onAgain }) {
    Object.assign(this, { root, draft, onEdit, onAgain, progress: null, said: "", lasting: true });
    this.stop = db.watch((event) => this.hear(event));
    this.lines = ["online", "offline"].map((name) => [name, () => this.show()]);
    for (const [name, listener] of this.lines) globalThis.addEventListener(name, listener);
    this.show();
    // Where the channel between tabs is missing, the database is asked.
    this.clock = setInterval(() => this.reload(), 4000);
    this.reload();
    db.isLasting().then((lasting) => {
      this.lasting = lasting;
      if (!lasting && this.draft.state === "queued") this.show();
    });
  }

  close() {
    this.stop();
    clearInterval(this.clock);
    for (const [name, listener] of this.lines) globalThis.removeEventListener(name, listener);
  }

  hear(event) {
    if (event.client_id !== this.draft.client_id) return;
    if (event.type === "progress") {
      this.progress = event;
      this.show();
    } else {
      this.reload();
    }
  }

  async reload() {
    const draft = await db.getDraft(this.draft.client_id);
    if (!draft || draft.updated_at === this.draft.updated_at) return;
    this.draft = draft;
    if (draft.state === "editing" || draft.state === "blocked") {
      this.close();
      this.onEdit(draft);
    } else {
      this.show();
    }
  }

  show() {
    if (this.draft.state === "sent") this.showSent();
    else this.showWaiting();
  }

  showWaiting() {
    const trouble = this.draft.attempts > 0 || !navigator.onLine;
    const { title, text } = this.words();
    const share = this.share();
    fill(
      this.root,
      el(
        "div",
        { class: "card sending" },
        el("p", { class: "line strong sending-title" }, icon(trouble ? "signal-slash" : "cloud-arrow-up"), el("span", { text: title })),
        el("progress", { class: "sending-bar", max: 1, value: share, "aria-label": "发送进度" }),
        el("p", { class: "hint", text }),
        el("p", { class: "clamp", text: this.draft.text }),
      ),
      this.buttons(trouble),
    );
    if (this.said !== title) announce(title);
    this.said = title;
  }

  buttons(trouble) {
    const signIn = this.draft.error && this.draft.error.code === "sign_in_again";
    return el(
      "div",
      { class: "buttons" },
      signIn ? button("重新登录", { kind: "primary", onclick: () => signInAgain() }) : null,
      trouble && !signIn && navigator.onLine
        ? button("现在重试", { kind: "primary", icon: "arrow-path", onclick: () => wakeSender({ force: true }) })
        : null,
      this.draft.body ? null : button("改一改再发", { icon: "pencil-square", onclick: () => unqueueDraft(this.draft.client_id) }),
      linkButton("先回首页", config.urls.home, { icon: "home" }),
    );
  }

  share() {
    const { total = 0, done = 0, sent = 0, bytes = 0 } = this.progress || {};
    if (total === 0) return this.draft.body ? 0.9 : 0.05;
    return 0.05 + 0.85 * ((done + (bytes > 0 ? sent / bytes : 0)) / total);
  }

  words() {
    const { draft } = this;
    if (draft.error && draft.error.code === "sign_in_again") return { title: "登录过期了", text: "重新登录后接着发，内容和照片都在。" };
    if (!this.lasting) return { title: navigator.onLine ? this.step() : "没有网络，有网时自动发送", text: NOT_KEPT };
    if (!navigator.onLine) return { title: "已存在手机里，有网时自动发送", text: laterWords() };
    if (draft.error && draft.error.status === 429) return { title: "请稍等一下", text: `${draft.error.message}。到时会自动发送。` };
    if (draft.attempts > 0 && draft.body) return { title: "网络断了一下，正在确认", text: "可能已经送达。会自动确认，不会重复。" };
    if (draft.attempts > 0) return { title: "网络不好，会自动重试", text: `已经传好的照片不用再传。${laterWords()}` };
    return { title: this.step(), text: "内容和照片都存在手机里，断了网也不会丢。" };
  }

  step() {
    const { total = 0, done = 0, sent = 0, bytes = 0 } = this.progress || {};
    if (total === 0 || done >= total) return "正在发送…";
    const percent = bytes > 0 ? `（${Math.round((100 * sent) / bytes)}%）` : "";
    return `正在发送第 ${done + 1} 张照片，共 ${total} 张${percent}`;
  }

  showSent() {
    this.close();
    const { draft } = this;
    const kind = KINDS[draft.kind];
    fill(
      this.root,
      draft.safety_prompt ? el("div", { class: "card card-bad", role: "alert" }, el("p", { class: "strong", text: draft.safety_prompt })) : null,
      el(
        "div",
        { class: "card sent" },
        el("p", { class: "line strong sending-title" }, icon("check-circle"), el("span", { text: draft.join ? "已送达，和别人的并在一起办" : "已送达" })),
        el("p", { text: kind.sent }),
        el("p", { class: "sent-number" }, el("span", { class: "hint", text: "编号 " }), el("strong", { text: draft.number })),
        draft.unlinked ? el("p", { class: "warn", text: "这一件没有记在您名下。请记住编号，也可以截个图。" }) : null,
      ),
      el(
        "div",
        { class: "buttons" },
        draft.unlinked ? null : linkButton("看办理进展", `${config.cases}${encodeURIComponent(draft.number)}`, { kind: "primary" }),
        button("再报一个", { icon: "plus", onclick: () => this.onAgain() }),
        linkButton("回首页", config.urls.home, { icon: "home" }),
      ),
    );
    announce(`已送达，编号 ${draft.number}`);
    $("#main").focus({ preventScroll: true });
    firstUse()
      .then(() => this.offerPublication())
      .catch(() => {});
  }

  /* Photos are shown to others only of who has said so; asked once it is sent, never before. */
  async offerPublication() {
    const { draft } = this;
    if (isLetter(draft.kind) || draft.unlinked || !draft.had_photos) return;
    if ("publication" in (await answers()).kinds) return;
    const choose = button("看一看，再决定");
    const card = el(
      "div",
      { class: "card", id: "sent-publication" },
      el("p", { class: "strong", text: "照片可以给大家看吗？" }),
      el("p", { class: "hint", text: "工作人员遮住人脸和车牌以后才公开，不写是谁报的。不答也照样办。" }),
      choose,
    );
    choose.onclick = async () => {
      await ask("publication", { button: choose });
      if ("publication" in (await answers()).kinds) card.remove();
    };
    this.root.append(card);
  }
}

/* Whether the phone sends without this page: where the browser wakes a worker, and there is one. */
function laterWords() {
  const alone = "SyncManager" in globalThis && navigator.serviceWorker && navigator.serviceWorker.controller;
  return alone ? "可以关掉这个页面，有网时手机会自己发。" : "有网时请再打开一次这个页面，就会自动发送。";
}
