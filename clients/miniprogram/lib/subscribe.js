/* Subscribe messages. WeChat asks only right after a tap, three templates at most, one message for each yes. */

const api = require("./api");
const { log } = require("./log");

let moments = null;

/** Fetch which templates belong to which tap, before the tap: afterwards it is too late to ask. */
async function prepare() {
  try {
    moments = (await api.templates()).moments;
  } catch (error) {
    moments = moments || null; // without them nothing is asked, and the inbox tells all the same
  }
}

/**
 * Ask at a tap: `submit`, `supplement`, `rate` or `reopen`. Must be called in the tap's handler, before anything is
 * awaited. Resolves with `{accepted, rejected, banned}`, null when nothing was asked; never rejects.
 */
function ask(moment) {
  const tmplIds = ((moments && moments[moment]) || []).slice(0, 3);
  if (tmplIds.length === 0 || !wx.requestSubscribeMessage) {
    return Promise.resolve(null);
  }
  return new Promise((resolve) => {
    wx.requestSubscribeMessage({
      tmplIds,
      success: (told) => resolve(record(tmplIds, told)),
      // 20004: switched off altogether; 10005: the app is in the background. Neither hinders the tap.
      fail: () => resolve(null),
    });
  });
}

async function record(tmplIds, told) {
  const of = (word) => tmplIds.filter((id) => word.includes(told[id]));
  const choice = { accepted: of(["accept"]), rejected: of(["reject", "filter"]), banned: of(["ban"]) };
  try {
    await api.recordChoice(choice);
  } catch (error) {
    log("choice_not_recorded", error); // WeChat's push tells the server the same
  }
  return choice;
}

module.exports = { ask, prepare };
