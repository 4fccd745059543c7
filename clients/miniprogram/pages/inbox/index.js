/* 消息: what the office told. Opening one reads it and leads to its report. */

const api = require("../../lib/api");
const { failed, page } = require("../../lib/page");
const { agoWords } = require("../../lib/words");

const PAGE = 20;
const TAB = 2;
const ASKS = { supplement: "去补充", rate: "去评价" };
const EMPTY = { title: "还没有消息", text: "您上报的事有了进展，会在这里告诉您。" };

page({
  data: { items: [], cursor: null, state: null, loading: true, unread: 0, tailError: "" },

  onShow() {
    return this.retry();
  },

  onPullDownRefresh() {
    return this.retry().then(() => wx.stopPullDownRefresh());
  },

  async retry() {
    try {
      const [page, unread] = await Promise.all([api.inbox({ limit: PAGE }), api.unread()]);
      this.setData({ items: page.items.map(rowOf), cursor: page.next_cursor, state: page.items.length ? null : EMPTY, loading: false, tailError: "" });
      this.tellUnread(unread);
    } catch (error) {
      this.setData({ items: [], cursor: null, state: failed(error), loading: false });
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
    try {
      const page = await api.inbox({ cursor, limit: PAGE });
      const known = this.data.items.map((row) => row.id);
      this.setData({ items: this.data.items.concat(page.items.filter((row) => !known.includes(row.id)).map(rowOf)), cursor: page.next_cursor, tailError: "" });
    } catch (error) {
      this.setData({ tailError: failed(error).text });
    } finally {
      this.loadingMore = false;
    }
  },

  // The report opens at once; the mark follows, and comes back when it could not be made.
  async open(event) {
    const { id } = event.currentTarget.dataset;
    const row = this.data.items.find((one) => one.id === id);
    if (row.number) {
      wx.navigateTo({ url: `/pages/report/detail?number=${encodeURIComponent(row.number)}` });
    }
    if (!row.read) {
      this.mark(id, true);
      try {
        this.tellUnread(await api.markRead({ ids: [id] }));
      } catch (error) {
        this.mark(id, false);
      }
    }
  },

  readAll() {
    return this.run("all", async () => {
      this.tellUnread(await api.markRead({ all_before: this.data.items[0].id }));
      await this.retry();
    });
  },

  mark(id, read) {
    this.setData({ items: this.data.items.map((row) => (row.id === id ? { ...row, read } : row)) });
  },

  tellUnread({ count, more }) {
    this.setData({ unread: count });
    if (count > 0) {
      wx.setTabBarBadge({ index: TAB, text: more ? "99+" : String(count) });
    } else {
      wx.removeTabBarBadge({ index: TAB });
    }
  },
});

function rowOf({ id, title, text, at, read, report, action }) {
  return { id, title, text, read, when: agoWords(at), number: report ? report.number : "", asks: ASKS[action] || "" };
}
