/* What every page can do: hold a button while it works, say what went wrong, ask WeChat's question about privacy. */

const drafts = require("./drafts");
const privacy = require("./privacy");
const { errorWords } = require("./words");

// More does not fit into a toast without a picture.
const TOAST_LENGTH = 28;

/** Say something: short for a moment, long until it is read. */
function say(text) {
  if (text.length <= TOAST_LENGTH) {
    wx.showToast({ title: text, icon: "none", duration: 3000 });
  } else {
    wx.showModal({ content: text, showCancel: false, confirmText: "知道了" });
  }
}

/** Ask yes or no; resolves true or false. */
function confirm(title, content, confirmText) {
  return new Promise((resolve) => {
    wx.showModal({ title, content, confirmText, cancelText: "取消", success: ({ confirm: yes }) => resolve(yes), fail: () => resolve(false) });
  });
}

/** What there is to see when nothing could be loaded: data for the template "state". */
function failed(error) {
  const offline = error.code === "network";
  const text = offline ? "有网时再试一次，您写的内容都还在。" : errorWords(error);
  return { title: offline ? "现在没有网络" : "没有打开", text, requestId: error.requestId || "", retry: true };
}

const shared = {
  /** Run `work` with the button `name` held; what goes wrong is said. Resolves undefined then. */
  async run(name, work) {
    if (this.data.busy) {
      return undefined;
    }
    this.setData({ busy: name });
    try {
      return await work();
    } catch (error) {
      say(errorWords(error));
      return undefined;
    } finally {
      this.setData({ busy: "" });
    }
  },

  async askPrivacy() {
    this.setData({ privacyAsk: { name: (await privacy.guideName()) || "用户隐私保护指引" } });
  },

  agreePrivacy(event) {
    this.setData({ privacyAsk: null });
    privacy.settlePrivacy(true, event.currentTarget.id || "privacy-agree");
  },

  refusePrivacy() {
    this.setData({ privacyAsk: null });
    privacy.settlePrivacy(false);
  },

  openPrivacyGuide() {
    wx.openPrivacyContract({ fail: () => say("暂时打不开，请稍后再试") });
  },

  dial(event) {
    wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.tel, fail() {} });
  },

  openReport(event) {
    wx.navigateTo({ url: `/pages/report/detail?number=${encodeURIComponent(event.currentTarget.dataset.number)}` });
  },

  openDraft(event) {
    wx.navigateTo({ url: `/pages/report/index?draft=${event.currentTarget.dataset.id}` });
  },

  showPhoto(event) {
    const { url, urls } = event.currentTarget.dataset;
    if (url) {
      wx.previewImage({ current: url, urls: urls && urls.length ? urls : [url] });
    }
  },

  /** Call `this.onDrafts(event)` at every change of a draft, until the page is closed. */
  watchDrafts() {
    this.unwatch = drafts.watch((event) => this.onDrafts(event));
  },

  onUnload() {
    if (this.unwatch) {
      this.unwatch();
    }
  },
};

/** Register a page with what all pages share; its own methods win. */
function page(options) {
  Page({ ...shared, ...options, data: { busy: "", privacyAsk: null, ...options.data } });
}

module.exports = { confirm, failed, page, say };
