/* 报问题 / 提意见 on one screen: what stands in it is in the draft, and the draft is in the phone's storage at once. */

const api = require("../../lib/api");
const { dangerIn } = require("../../lib/dangers");
const drafts = require("../../lib/drafts");
const location = require("../../lib/location");
const { confirm, page, say } = require("../../lib/page");
const privacy = require("../../lib/privacy");
const sender = require("../../lib/sender");
const subscribe = require("../../lib/subscribe");
const { formOf, gridOf, nearRows, placeOf, sendingOf } = require("../../lib/form");
const { KINDS, isLetter } = require("../../lib/words");

const MAX_PHOTOS = 9;
const NEAR_TEXT = 200;
const AGREE = { location: "使用位置", photo: "使用照片", phone: "留联系电话" };

page({
  data: { form: null, sending: null, near: null, danger: null, old: null, publish: null },

  async onLoad({ draft = "", kind = "problem", join = "", scene = "" }) {
    Object.assign(this, { confirmedDanger: "", hindered: null, spot: null, writing: false });
    this.watchDrafts();
    this.prepared = subscribe.prepare();
    const known = draft ? drafts.read(draft) : null;
    this.draft = known || drafts.newDraft({ kind: KINDS[kind] ? kind : "problem", join: join.slice(0, 20), grid: gridOf(scene) });
    this.kept = Boolean(known);
    this.show();
    if (!known) {
      this.offerOld();
      if (!isLetter(this.draft)) {
        await this.locate({ asked: false });
      }
    }
  },

  // A phone may take the app away at any moment after this.
  onHide() {
    this.save();
  },

  onDrafts(event) {
    // What this page has written itself is on the screen: to draw it again would disturb who is typing.
    if (this.writing || event.client_id !== this.draft.client_id) {
      return;
    }
    this.draft = drafts.read(this.draft.client_id) || this.draft;
    if (event.type === "progress") {
      this.progress = event;
    }
    this.show();
    if (event.type === "sent") {
      this.offerPublication();
    }
  },

  /** Draw the form, or how far the sending is. */
  show() {
    const busy = ["queued", "sent"].includes(this.draft.state);
    wx.setNavigationBarTitle({ title: KINDS[this.draft.kind].heading });
    this.setData({ form: busy ? null : this.formNow(), sending: busy ? sendingOf(this.draft, this.progress) : null });
  },

  formNow() {
    return { ...formOf(this.draft), place: placeOf(this.draft, this.hindered, this.spot) };
  },

  /* Keeping ------------------------------------------------------------------------------------- */

  change(fields) {
    Object.assign(this.draft, fields);
    this.save();
    this.setData({ form: this.formNow() });
  },

  /** Write the draft down; a place alone was found by the phone, not by a person, and is no draft yet. */
  save() {
    const { state, text, photos, category, contact_phone, location: place } = this.draft;
    const said = place && place.source !== "gps";
    if (!["editing", "blocked"].includes(state) || !(this.kept || text.trim() || photos.length || category || contact_phone || said)) {
      return;
    }
    this.kept = true;
    this.writing = true;
    try {
      drafts.save(this.draft);
    } catch (error) {
      say("手机的存储空间满了，写的内容存不住。请先清理一下，或者现在就发送。");
    } finally {
      this.writing = false;
    }
  },

  offerOld() {
    const old = drafts.unsent().find((draft) => draft.state === "editing" && isLetter(draft) === isLetter(this.draft));
    this.setData({ old: old ? { id: old.client_id, text: old.text, photos: old.photos.length } : null });
  },

  resumeOld() {
    this.draft = drafts.read(this.data.old.id);
    this.kept = true;
    this.setData({ old: null });
    this.show();
  },

  dropOld() {
    drafts.remove(this.data.old.id);
    this.setData({ old: null });
  },

  /* Fields --------------------------------------------------------------------------------------- */

  typeText(event) {
    this.draft.text = event.detail.value;
    this.save();
    const danger = dangerIn(this.draft.text);
    // The words are in the field already: only what hangs on them is drawn again.
    this.setData({ danger, "form.left": formOf(this.draft).left, "form.error": "" });
  },

  chooseKind(event) {
    this.change({ kind: event.currentTarget.dataset.value });
    this.show();
  },

  takeCommon(event) {
    const { text, code } = event.currentTarget.dataset;
    this.change({ text: this.draft.text.trim() || text, category: code });
  },

  typePhone(event) {
    this.draft.contact_phone = event.detail.value.trim();
    this.save();
  },

  typeAddress(event) {
    const address = event.detail.value.trim();
    const place = this.draft.location;
    const words = place && place.source !== "text" ? { ...place, address: address.slice(0, 200) } : location.inWords(address);
    this.draft.location = address || (place && place.source !== "text") ? words : null;
    this.save();
  },

  switchAnonymous(event) {
    this.change({ anonymous: event.detail.value });
  },

  switchUrgent(event) {
    this.change({ urgent: event.detail.value });
  },

  leaveJoin() {
    this.change({ join: "" });
  },

  /* Photos --------------------------------------------------------------------------------------- */

  addPhotos() {
    return this.run("photos", async () => {
      const files = await choosePhotos(MAX_PHOTOS - this.draft.photos.length);
      if (!files.length) {
        return;
      }
      this.kept = true;
      drafts.save(this.draft);
      for (const file of files) {
        const photo = await drafts.addPhoto(this.draft.client_id, file.tempFilePath);
        if (!photo.kept) {
          say("手机存放照片的地方满了：发送完以前请不要关掉小程序。");
        }
      }
    });
  },

  removePhoto(event) {
    this.draft = drafts.removePhoto(this.draft.client_id, event.currentTarget.dataset.id) || this.draft;
    this.show();
  },

  /* Place ---------------------------------------------------------------------------------------- */

  async locate({ asked }) {
    try {
      const refused = !asked && privacy.answers().kinds.location === false;
      const place = await (refused ? Promise.reject(location.refusedByConsent()) : location.locate());
      // Who has chosen a place in the meantime knows better.
      if (asked || !this.draft.location) {
        this.takePlace(place);
      }
    } catch (error) {
      const poster = this.draft.location ? null : await this.posterPlace();
      if (poster) {
        this.takePlace(poster);
      } else {
        this.showHindrance(error);
      }
    }
  },

  showHindrance(error) {
    this.hindered = error;
    this.setData({ "form.place": placeOf(this.draft, error, this.spot) });
  },

  async posterPlace() {
    const { grid } = this.draft;
    return grid ? api.outline().then((outline) => location.middleOf(outline, grid)).catch(() => null) : null;
  },

  /** Take a point, and say in which village it lies as soon as the server tells. */
  async takePlace(place) {
    this.hindered = null;
    this.spot = null;
    this.change({ location: place });
    const spot = await api.placeAt(place).catch(() => null);
    const now = this.draft.location;
    if (spot && this.data.form && now && now.lat === place.lat && now.lng === place.lng) {
      this.spot = spot;
      this.setData({ "form.place": placeOf(this.draft, null, spot) });
    }
  },

  locateAgain() {
    return this.run("locate", () => this.locate({ asked: true }));
  },

  choosePlace() {
    return this.run("map", async () => {
      try {
        this.takePlace(await location.choose(this.draft.location));
      } catch (error) {
        if (error.reason !== "cancelled") {
          this.showHindrance(error);
        }
      }
    });
  },

  openSetting() {
    wx.openSetting({ success: () => this.locateAgain() });
  },

  /* Sending -------------------------------------------------------------------------------------- */

  check() {
    const { text, kind, location: place } = this.draft;
    if (!text.trim()) {
      return KINDS[kind].empty;
    }
    return place || isLetter(this.draft) ? "" : "请告诉我们在哪里：点“在地图上选”，或者写下地点";
  },

  async send() {
    const wrong = this.check();
    if (wrong) {
      this.setData({ "form.error": wrong });
      say(wrong);
      return;
    }
    // WeChat asks only right after the tap, so before anything is awaited.
    const subscribed = subscribe.ask("submit");
    await this.run("send", async () => {
      await subscribed;
      const danger = dangerIn(this.draft.text);
      if (danger && danger.code !== this.confirmedDanger) {
        this.setData({ danger });
        if (!(await confirm("先打电话", `${danger.advice}电话打过了，或没有危险，再继续发送。`, "继续发送"))) {
          return;
        }
        this.confirmedDanger = danger.code;
      }
      const near = danger || isLetter(this.draft) || this.draft.join ? [] : await casesNear(this.draft);
      if (near.length > 0) {
        this.setData({ near: nearRows(near) });
        return;
      }
      this.go();
    });
  },

  joinCase(event) {
    this.setData({ near: null });
    this.draft.join = event.currentTarget.dataset.number;
    this.go();
  },

  joinNone() {
    this.setData({ near: null });
    this.go();
  },

  closeNear() {
    this.setData({ near: null });
  },

  go() {
    this.kept = true;
    drafts.save(this.draft);
    this.setData({ danger: null });
    // Not awaited: the screen shows how far it is, and the person may leave it.
    sender.queue(this.draft.client_id);
  },

  retryNow() {
    sender.wake({ force: true });
  },

  edit() {
    if (!sender.unqueue(this.draft.client_id)) {
      say("可能已经送达，正在确认，现在不能改");
    }
  },

  /* After a no of the server ----------------------------------------------------------------------- */

  resend(change) {
    Object.assign(this.draft, change);
    this.go();
  },

  sendAnyway() {
    this.resend({ repeat_ok: true });
  },

  sendAlone() {
    this.resend({ join: "" });
  },

  sendCopy() {
    this.draft = drafts.copy(this.draft.client_id);
    this.go();
  },

  agreeAndSend() {
    return this.run("agree", async () => {
      const kinds = this.draft.error.errors.map((one) => one.field.replace("consents.", "")).filter((kind) => AGREE[kind]);
      await privacy.answer(kinds.reduce((all, kind) => ({ ...all, [kind]: true }), {}));
      this.go();
    });
  },

  /* After it has arrived ------------------------------------------------------------------------- */

  // A case is shown to neighbours only of who has said so; asked once it is sent, never before.
  async offerPublication() {
    if (!isLetter(this.draft) && !this.draft.unlinked) {
      this.setData({ publish: await privacy.unanswered("publication").catch(() => null) });
    }
  },

  answerPublication(event) {
    return this.run("publish", async () => {
      await privacy.answer({ publication: event.currentTarget.dataset.yes });
      this.setData({ publish: null });
    });
  },

  openSent() {
    wx.redirectTo({ url: `/pages/report/detail?number=${encodeURIComponent(this.draft.number)}` });
  },

  another() {
    wx.redirectTo({ url: `/pages/report/index?kind=${this.draft.kind}` });
  },

  goHome() {
    wx.switchTab({ url: "/pages/home/index" });
  },
});

/** Let choose photos: `[{tempFilePath, size}]`, none when it was cancelled or WeChat's question was refused. */
function choosePhotos(count) {
  return new Promise((resolve) => {
    wx.chooseMedia({
      count,
      mediaType: ["image"],
      sourceType: ["camera", "album"],
      // WeChat makes them smaller, and JPEG of the HEIC of an iPhone.
      sizeType: ["compressed"],
      success: ({ tempFiles }) => resolve(tempFiles),
      fail: ({ errMsg }) => {
        if (/privacy/.test(errMsg)) {
          say("没有同意使用照片，可以只用文字上报");
        }
        resolve([]);
      },
    });
  });
}

/** The open public cases near by; none when the line is too bad to say. */
async function casesNear({ location: place, category, text }) {
  if (!place || place.source === "text") {
    return [];
  }
  try {
    const { lat, lng, coord_type } = place;
    return (await api.nearby({ lat, lng, coord_type, category, text: text.slice(0, NEAR_TEXT) })).items;
  } catch (error) {
    return []; // nobody waits for a question that need not be asked
  }
}
