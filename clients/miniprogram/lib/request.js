/* One request to the API: time-out, one error type, repeated only where a repeat does no harm. Knows no session. */

const config = require("../config");
const { failError, readAnswer } = require("./errors");
const { makeGate } = require("./gate");
const { log } = require("./log");
const { whenShown } = require("./shown");
const timing = require("./timing");

const BASE = "/api/v1";
const TIMEOUT_MS = 15000;
// Two are left to what others (maps, analysis) may ask for.
const gate = makeGate(8);
// wx.request knows no PATCH; neither does the API.
const METHODS = ["GET", "POST", "PUT", "DELETE"];
// Reading twice, and ending twice what has ended, changes nothing.
const SAFE = ["GET", "DELETE"];

/** Return the address of an API path with its query; empty values are left out, lists joined by commas. */
function address(path, query = {}) {
  const pairs = Object.keys(query)
    .map((name) => [name, Array.isArray(query[name]) ? query[name].join(",") : query[name]])
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  return `${config.server}${BASE}${path}${pairs.length ? `?${pairs.join("&")}` : ""}`;
}

function once(path, { method, query, body, header, timeout }) {
  return new Promise((resolve, reject) => {
    wx.request({
      url: address(path, query),
      method,
      // A string is sent as it is; an object would be turned into a query where the method is GET.
      data: body === undefined ? undefined : JSON.stringify(body),
      header: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...header },
      timeout,
      // The text itself: with "json" a page of a proxy would come as a string and an answer as an object.
      dataType: "text",
      responseType: "text",
      success(answer) {
        try {
          resolve(readAnswer(/** @type {{statusCode: number, data: string, header: object}} */ (answer)));
        } catch (error) {
          reject(error);
        }
      },
      fail(told) {
        reject(failError(told));
      },
    });
  });
}

/**
 * Send one request and return the JSON of its answer (null for 204); throws ApiError.
 * `repeatable`: a second arrival changes nothing (reading; whatever carries a client_id), so it is tried again.
 */
async function request(path, { method = "GET", query = {}, body = undefined, header = {}, timeout = TIMEOUT_MS, repeatable = SAFE.includes(method) } = {}) {
  if (!METHODS.includes(method)) {
    throw new Error(`no such method: ${method}`);
  }
  const work = () => gate(() => once(path, { method, query, body, header, timeout }));
  return repeatable ? persist(work) : tell(work);
}

/** Try again after an error that may pass; waits as long as the server says when that is short. */
async function persist(work) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await tell(work);
    } catch (error) {
      const wait = pauseOf(error, turn);
      if (wait === null) {
        throw error;
      }
      await timing.sleep(wait);
      await whenShown();
    }
  }
}

function pauseOf(error, turn) {
  if (!error.passing || error.code === "domain" || turn >= timing.pauses.length) {
    return null;
  }
  const told = error.retryAfter * 1000;
  if (error.status === 429) {
    return told > 0 && told <= timing.longestWait ? told : null;
  }
  return timing.spread(timing.pauses[turn]);
}

async function tell(work) {
  try {
    return await work();
  } catch (error) {
    log("request_failed", error);
    throw error;
  }
}

module.exports = { address, persist, request };
