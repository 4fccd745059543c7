/* 我的: consents one by one, which take effect at once; the notice; WeChat's own guide; erasing the account. */

const api = require("../../lib/api");
const drafts = require("../../lib/drafts");
const { confirm, failed, page, say } = require("../../lib/page");
const privacy = require("../../lib/privacy");
const session = require("../../lib/session");
const { errorWords } = require("../../lib/words");

page({
  data: { items: [], notice: null, whole: false, state: null, loading: true },

  onShow() {
    return this.retry();
  },

  async retry() {
    try {
      const [notice, consents] = await Promise.all([api.notice(), api.consents()]);
      privacy.takeOver(consents);
      this.setData({ notice, items: rowsOf(notice, consents), state: null, loading: false });
    } catch (error) {
      this.setData({ state: failed(error), loading: false });
    }
  },

  async change(event) {
    const { kind } = event.currentTarget.dataset;
    const { notice } = this.data;
    try {
      await privacy.answer({ [kind]: event.detail.value }, { version: notice.version });
    } catch (error) {
      say(errorWords(error));
    }
    await this.retry();
  },

  readWhole() {
    this.setData({ whole: !this.data.whole });
  },

  erase() {
    return this.run("erase", async () => {
      const told = await api.erasure();
      const unsent = drafts.unsent().length;
      const words = [...told.lines, unsent ? `手机里还有 ${unsent} 件没有发出，会一起删掉。` : ""].filter(Boolean).join("\n");
      if (!(await confirm("注销账号？", words, "注销"))) {
        return;
      }
      await api.eraseMe();
      drafts.wipe();
      session.drop();
      wx.clearStorageSync();
      say("已注销");
      wx.switchTab({ url: "/pages/home/index" });
    });
  },
});

function rowsOf(notice, { items }) {
  return items.map(({ kind, title, state }) => {
    const told = notice.consents.find((one) => one.kind === kind) || {};
    return { kind, title, on: state === "given", state: { given: "已同意", refused: "不同意", unasked: "还没有问过" }[state], purpose: told.purpose || "", refused: told.if_refused || "" };
  });
}
