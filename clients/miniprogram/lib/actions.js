/* One action on a report over a bad network: done once, and when no answer came, looked up before a second try. */

const api = require("./api");
const { persist } = require("./request");
const { uuid } = require("./ids");

/**
 * Act and return the report as it is afterwards; throws ApiError.
 *
 * A supplement has a client_id that outlives the app and is sent again by itself. Another action has none, so a
 * repeat could double it: when the answer was lost the report is read again, and `arrived(report)` says whether the
 * first try came through. An error that carries `report` shows how the report stands now.
 */
async function actOn(number, action, body, arrived) {
  if (action !== "supplement") {
    return tryOnce(number, action, body, arrived);
  }
  const key = `sent:${number}`;
  const words = JSON.stringify(body);
  const kept = wx.getStorageSync(key);
  const client_id = kept && kept.words === words ? kept.client_id : uuid();
  wx.setStorageSync(key, { words, client_id });
  const after = await persist(() => tryOnce(number, action, { ...body, client_id }, arrived));
  wx.removeStorageSync(key);
  return after;
}

async function tryOnce(number, action, body, arrived) {
  try {
    return await api.act(number, action, body);
  } catch (error) {
    // 409: somebody else moved the case in between, or the first try had come through after all.
    if (!error.unknown && error.status !== 409) {
      throw error;
    }
    const report = await api.report(number).catch(() => null);
    if (report && arrived(report)) {
      return report;
    }
    throw Object.assign(error, { report });
  }
}

/** Return a test: has the timeline got one more line of these kinds since `before`, with these words? */
function grown(before, kinds, text = "") {
  const count = (report) => report.timeline.filter((line) => kinds.includes(line.kind) && (!text || line.text.includes(text))).length;
  const known = count(before);
  return (report) => count(report) > known;
}

/** Return a test: was it judged once more since `before`? */
function rated(before) {
  const known = before.ratings.length;
  return (report) => report.ratings.length > known;
}

module.exports = { actOn, grown, rated };
