/* One report: where it stands, by when, what was written, and what one can do now. */

const { actOn } = require("../../lib/actions");
const api = require("../../lib/api");
const { actionOf, arrivedTest, caseOf } = require("../../lib/case");
const { uuid } = require("../../lib/ids");
const { failed, page, say } = require("../../lib/page");
const subscribe = require("../../lib/subscribe");
const { SCORES } = require("../../lib/words");

const MAX_PHOTOS = 9;
const RATE = { code: "rate", path: "rate", name: "comment", done: "谢谢您的评价", moment: "rate" };
const GONE = { title: "没有找到这件上报", text: "编号可能不对，也可能不是用这个微信上报的。" };

page({
  data: { report: null, state: null, loading: true, stale: "", sheet: null, words: "", photos: [], error: "", solved: "", score: 0, scores: SCORES.map((label, at) => ({ value: at + 1, label })), comment: "" },

  onLoad({ number = "" }) {
    this.number = decodeURIComponent(number).trim().toUpperCase();
    this.prepared = subscribe.prepare();
  },

  onShow() {
    return this.retry();
  },

  onPullDownRefresh() {
    return this.retry().then(() => wx.stopPullDownRefresh());
  },

  async retry() {
    try {
      this.take(await api.report(this.number));
      api.markRead({ report: this.number }).catch(() => {}); // the mark stays until the message itself is opened
    } catch (error) {
      if (this.report) {
        this.setData({ stale: "暂时更新不了，下面是刚才的内容。" });
      } else {
        this.setData({ state: error.status === 404 ? GONE : failed(error), loading: false });
      }
    }
  },

  take(report) {
    // The answer of an action has the place as it was sent; the one that was read is for the map.
    const location = this.report ? this.report.location : report.location;
    this.report = { ...report, location };
    this.setData({ report: caseOf(this.report), state: null, loading: false, stale: "" });
  },

  /* One action, in a sheet from the foot of the screen ------------------------------------------------ */

  openAction(event) {
    const { code, off } = event.currentTarget.dataset;
    if (!off) {
      this.draftKey = `typed:${this.number}:${code}`;
      const kept = wx.getStorageSync(this.draftKey) || "";
      this.setData({ sheet: actionOf(code, this.report), words: kept, photos: [], error: "" });
    }
  },

  closeSheet() {
    this.setData({ sheet: null });
  },

  typeWords(event) {
    this.data.words = event.detail.value;
    wx.setStorageSync(this.draftKey, event.detail.value); // typed words outlive the app
  },

  addPhotos() {
    return this.run("photos", async () => {
      const files = await choosePhotos(MAX_PHOTOS - this.data.photos.length);
      this.setData({ photos: this.data.photos.concat(files.map((path) => ({ id: uuid(), path, server_id: "" }))) });
    });
  },

  removePhoto(event) {
    const { id } = event.currentTarget.dataset;
    this.setData({ photos: this.data.photos.filter((photo) => photo.id !== id) });
  },

  submitAction() {
    const { sheet, words, photos } = this.data;
    const text = words.trim();
    // A photo alone says something, too.
    if (sheet.need && !text && !photos.length) {
      this.setData({ error: sheet.need });
      return undefined;
    }
    return this.act(sheet, async () => {
      const body = { [sheet.name]: text };
      return sheet.photos && photos.length ? { ...body, photos: await this.sendPhotos() } : body;
    });
  },

  // One after the other; what has arrived is not sent again when the person presses a second time.
  async sendPhotos() {
    const photos = this.data.photos.slice();
    for (const photo of photos) {
      photo.server_id = photo.server_id || (await api.uploadPhoto(photo.path)).id;
    }
    return photos.map((photo) => photo.server_id);
  },

  async act(spec, build) {
    // WeChat asks only right after the tap, so before anything is awaited.
    const subscribed = spec.moment ? subscribe.ask(spec.moment) : Promise.resolve();
    await this.run("act", async () => {
      await subscribed;
      const body = await build();
      try {
        this.take(await actOn(this.number, spec.path, body, arrivedTest(spec, this.report, body)));
      } catch (error) {
        if (error.report) {
          this.take(error.report);
        }
        throw error;
      }
      wx.removeStorageSync(`typed:${this.number}:${spec.code}`);
      this.setData({ sheet: null, words: "", photos: [], comment: "" });
      say(spec.done);
    });
  },

  /* Rating: solved or not is asked apart from how content one is ---------------------------------------- */

  chooseSolved(event) {
    this.setData({ solved: event.currentTarget.dataset.value });
  },

  chooseScore(event) {
    this.setData({ score: event.currentTarget.dataset.value });
  },

  typeComment(event) {
    this.data.comment = event.detail.value;
  },

  rate() {
    const { solved, score, comment } = this.data;
    if (!solved || !score) {
      say(solved ? "请选择满意程度" : "请先选择是否解决");
      return undefined;
    }
    return this.act(RATE, async () => ({ solved: solved === "yes", score, comment: comment.trim() }));
  },

  /* Looking -------------------------------------------------------------------------------------------- */

  openMap() {
    const { lat, lng, address } = this.report.location;
    wx.openLocation({ latitude: lat, longitude: lng, name: address || "上报的地点" });
  },

  copyNumber() {
    wx.setClipboardData({ data: this.number });
  },
});

function choosePhotos(count) {
  return new Promise((resolve) => {
    wx.chooseMedia({
      count,
      mediaType: ["image"],
      sizeType: ["compressed"],
      success: ({ tempFiles }) => resolve(tempFiles.map((file) => file.tempFilePath)),
      fail: () => resolve([]),
    });
  });
}
