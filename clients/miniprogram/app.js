/* Starts the sender, and lets whatever page is open show WeChat's question about privacy. */

const drafts = require("./lib/drafts");
const privacy = require("./lib/privacy");
const sender = require("./lib/sender");
const { watchShown } = require("./lib/shown");

App({
  onLaunch() {
    privacy.watchPrivacy(() => {
      const pages = getCurrentPages();
      const page = pages[pages.length - 1];
      if (page && page.askPrivacy) {
        page.askPrivacy();
      }
    });
    watchShown(resume);
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected) {
        resume();
      }
    });
    drafts.sweep();
    resume();
  },
});

/** What was left when the app was closed, went to the background or lost its line. */
function resume() {
  sender.wake({ force: true });
  privacy.sendWaiting().catch(() => {});
}
