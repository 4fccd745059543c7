/* 首页: report at once, what is not sent yet, the latest report, and the notice at the first use. */

const api = require("../../lib/api");
const drafts = require("../../lib/drafts");
const { page, say } = require("../../lib/page");
const privacy = require("../../lib/privacy");
const session = require("../../lib/session");
const { cardOf, draftRow, errorWords } = require("../../lib/words");

const SHOWN_DRAFTS = 2;
const INBOX_TAB = 2;
const AGES = [
  { value: "adult", text: "已满18岁" },
  { value: "teen", text: "14到17岁" },
  { value: "child", text: "未满14岁" },
];
let asked = false;

page({
  data: { drafts: [], moreDrafts: 0, latest: null, notice: null, ages: AGES, age: "", whole: false },

  onLoad() {
    this.watchDrafts();
    return this.offerNotice();
  },

  onShow() {
    this.onDrafts();
    return this.refresh();
  },

  onPullDownRefresh() {
    return this.refresh().then(() => wx.stopPullDownRefresh());
  },

  onDrafts() {
    const rows = drafts.unsent().map(draftRow);
    this.setData({ drafts: rows.slice(0, SHOWN_DRAFTS), moreDrafts: Math.max(0, rows.length - SHOWN_DRAFTS) });
  },

  // Looking makes nobody sign in: only who has a session already sees their latest report.
  async refresh() {
    if (!session.current()) {
      return;
    }
    try {
      const [{ items }, unread] = await Promise.all([api.reports({ limit: 1 }), api.unread()]);
      this.setData({ latest: items.length ? cardOf(items[0]) : null });
      showUnread(unread);
    } catch (error) {
      // Home stays useful without it; 我的上报 says what is wrong.
    }
  },

  // Once in a launch is enough: who said "not now" is not asked at every way home.
  async offerNotice() {
    if (asked) {
      return;
    }
    asked = true;
    const notice = await privacy.noticeToShow().catch(() => null);
    this.setData({ notice });
  },

  chooseAge(event) {
    this.setData({ age: event.currentTarget.dataset.value });
  },

  readWhole() {
    this.setData({ whole: true });
  },

  refuseNotice() {
    this.setData({ notice: null });
  },

  agreeNotice() {
    const { notice, age } = this.data;
    return this.run("agree", async () => {
      this.setData({ notice: null });
      await privacy.answer({ privacy: true }, { version: notice.version, age }).catch((error) => say(errorWords(error)));
      if (age === "child") {
        say("需要爸爸妈妈或其他监护人同意。没有同意以前，您报的问题我们照样会处理，但不保存您是谁。发现危险请马上告诉身边的大人，并拨打 110、119 或 120。");
      }
    });
  },

  reportProblem() {
    wx.navigateTo({ url: "/pages/report/index" });
  },

  writeLetter() {
    wx.navigateTo({ url: "/pages/report/index?kind=opinion" });
  },

  openMine() {
    wx.switchTab({ url: "/pages/mine/index" });
  },
});

function showUnread({ count, more }) {
  if (count > 0) {
    wx.setTabBarBadge({ index: INBOX_TAB, text: more ? "99+" : String(count) });
  } else {
    wx.removeTabBarBadge({ index: INBOX_TAB });
  }
}
