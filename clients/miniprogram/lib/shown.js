/* Whether the mini program is in front. WeChat stops requests five seconds after it was left. */

let hidden = false;
let waiting = [];

/** Called once, by app.js. `onBack` runs whenever the mini program comes to the front again. */
function watchShown(onBack = () => {}) {
  wx.onAppHide(() => {
    hidden = true;
  });
  wx.onAppShow(() => {
    hidden = false;
    const resolved = waiting;
    waiting = [];
    resolved.forEach((resolve) => resolve());
    onBack();
  });
}

/** Resolve as soon as the mini program is in front: at once when it is. */
function whenShown() {
  return hidden ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
}

module.exports = { watchShown, whenShown };
