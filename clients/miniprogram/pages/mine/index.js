/* 我的上报: what waits on this phone on top, then one's reports by whose turn it is; more of them at the foot. */

const api = require("../../lib/api");
const drafts = require("../../lib/drafts");
const { failed, page } = require("../../lib/page");
const { GROUPS, cardOf, draftRow } = require("../../lib/words");

const PAGE = 20;
const EMPTY = {
  all: { title: "还没有上报", text: "看到身边的问题，拍张照片就能反映。" },
  mine: { title: "没有等您处理的事", text: "需要您补充或评价时，会出现在这里。" },
  open: { title: "没有正在办理的事", text: "已经结束的在“已结束”里。" },
  ended: { title: "还没有结束的事", text: "" },
};

page({
  data: { groups: GROUPS.map(({ key, label }) => ({ key, label, count: "" })), group: "all", drafts: [], items: [], cursor: null, state: null, loading: true, tailError: "" },

  onLoad() {
    this.turn = 0;
    this.watchDrafts();
  },

  onShow() {
    this.onDrafts({ type: "draft" });
    return this.retry();
  },

  onPullDownRefresh() {
    return this.retry().then(() => wx.stopPullDownRefresh());
  },

  onDrafts({ type }) {
    if (type !== "progress") {
      this.setData({ drafts: drafts.unsent().map(draftRow) });
    }
    if (type === "sent") {
      this.retry();
    }
  },

  chooseGroup(event) {
    this.setData({ group: event.currentTarget.dataset.key, items: [], cursor: null, loading: true });
    return this.retry();
  },

  /** Load the first page again. An answer that comes after another group was chosen is dropped. */
  async retry() {
    const turn = ++this.turn;
    this.count();
    try {
      const page = await this.load(null);
      if (turn === this.turn) {
        this.setData({ items: page.items.map((row) => cardOf(row)), cursor: page.next_cursor, state: page.items.length ? null : EMPTY[this.data.group], loading: false, tailError: "" });
      }
    } catch (error) {
      if (turn === this.turn) {
        this.setData({ items: [], cursor: null, state: failed(error), loading: false });
      }
    }
  },

  load(cursor) {
    const { codes } = GROUPS.find(({ key }) => key === this.data.group);
    return api.reports({ status: codes, cursor, limit: PAGE });
  },

  async count() {
    try {
      const { statuses } = await api.counts();
      const total = (codes) => statuses.filter((row) => !codes.length || codes.includes(row.code)).reduce((sum, row) => sum + row.count, 0);
      this.setData({ groups: GROUPS.map(({ key, label, codes }) => ({ key, label, count: String(total(codes)) })) });
    } catch (error) {
      // The numbers are a help; the list below says what went wrong.
    }
  },

  onReachBottom() {
    return this.more();
  },

  async more() {
    const { cursor } = this.data;
    if (!cursor || this.loadingMore) {
      return;
    }
    this.loadingMore = true;
    const turn = this.turn;
    try {
      const page = await this.load(cursor);
      if (turn === this.turn) {
        const known = this.data.items.map((row) => row.number);
        const fresh = page.items.filter((row) => !known.includes(row.number)).map((row) => cardOf(row));
        this.setData({ items: this.data.items.concat(fresh), cursor: page.next_cursor, tailError: "" });
      }
    } catch (error) {
      this.setData({ tailError: failed(error).text });
    } finally {
      this.loadingMore = false;
    }
  },

  reportProblem() {
    wx.navigateTo({ url: "/pages/report/index" });
  },
});
