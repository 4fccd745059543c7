/* Who this is: WeChat's code becomes a token, kept in the storage that WeChat keeps apart for each of its users. */

const config = require("../config");
const { deviceId } = require("./ids");
const { request } = require("./request");
const { localError } = require("./errors");
const timing = require("./timing");

const KEY = "session";
// A token that ends within the hour is renewed before it is used: an upload may take long.
const MARGIN_MS = 3600 * 1000;
const SPENT = ["wechat_code_invalid", "wechat_code_used"];
let pending = null;

/** The headers of every request. There is no cookie jar: the token goes into a header. */
function headers(token = "") {
  return { "X-Device-Id": deviceId(), "X-Channel": "miniprogram", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
}

/** Return the kept session `{token, expires_at, resident}`, or null; asks nobody. */
function current() {
  return wx.getStorageSync(KEY) || null;
}

function fresh(session, stale) {
  return Boolean(session && session.token !== stale && Date.parse(session.expires_at) - Date.now() > MARGIN_MS);
}

/** Return a usable session; signs in when there is none. `stale` is a token that the server refused. */
function ensure(stale = "") {
  const session = current();
  if (fresh(session, stale)) {
    return Promise.resolve(session);
  }
  // Several requests may wake up without a token: one of them signs in, all wait for it.
  if (!pending) {
    pending = signIn().then(
      (made) => {
        pending = null;
        return made;
      },
      (error) => {
        pending = null;
        throw error;
      },
    );
  }
  return pending;
}

function code() {
  if (config.devName) {
    return Promise.resolve(`dev:${config.devName}`);
  }
  return new Promise((resolve, reject) => {
    wx.login({ success: (answer) => resolve(answer.code), fail: () => reject(localError("network")) });
  });
}

// A code is good once. When the answer was lost, or the code was used up, only a new one helps.
async function signIn() {
  for (let turn = 0; ; turn += 1) {
    try {
      const body = { code: await code(), via: "miniprogram" };
      return keep(await request("/session", { method: "POST", body, header: headers() }));
    } catch (error) {
      const again = error.passing && error.status !== 429 && error.code !== "domain";
      if (turn >= timing.pauses.length || !(again || SPENT.includes(error.code))) {
        throw error;
      }
      await timing.sleep(timing.spread(timing.pauses[turn]));
    }
  }
}

function keep({ token, expires_at, resident }) {
  const session = { token, expires_at, resident };
  wx.setStorageSync(KEY, session);
  return session;
}

/** Forget the token, as after erasing the account. */
function drop() {
  wx.removeStorageSync(KEY);
}

module.exports = { current, drop, ensure, headers };
