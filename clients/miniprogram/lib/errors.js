/* One type for everything that goes wrong: `message` is Chinese and fit to be shown as it is. */

const WORDS = {
  network: "网络不通，请稍后再试",
  timeout: "网络太慢，服务器没有及时回应，请再试一次",
  interrupted: "离开小程序太久，发送中断了，请再试一次",
  domain: "暂时连不上服务器，请稍后再试",
  unreadable: "服务器的回答看不懂，请稍后再试",
};

class ApiError extends Error {
  constructor({ code, message, errors = [], requestId = "", status = 0, retryAfter = 0, details = null }) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.errors = errors;
    this.requestId = requestId;
    this.status = status;
    this.retryAfter = retryAfter;
    this.details = details;
  }

  /** The same request may succeed later without any change. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** There was no answer of ours: it may have arrived, it may not. */
  get unknown() {
    return this.status === 0 || this.status >= 500;
  }

  /** The server certainly did not take it, and never will as it is. */
  get final() {
    return !this.passing && this.status !== 401;
  }
}

/** Return the error for a code of ours that no server sent. */
function localError(code) {
  return new ApiError({ code, message: WORDS[code] || WORDS.network });
}

/** Return the error for what `fail` of wx.request or wx.uploadFile was told. */
function failError(told) {
  const text = String((told && told.errMsg) || "");
  if (/url not in domain list|domain/i.test(text)) {
    return localError("domain");
  }
  if (/timeout|timed out/i.test(text)) {
    return localError("timeout");
  }
  return localError(/interrupted|abort/i.test(text) ? "interrupted" : "network");
}

function statusWords(status) {
  if (status === 413) {
    return "内容太大，服务器不接收";
  }
  return status >= 500 ? "服务器暂时有故障，请稍后再试" : `请求没有成功（${status}）`;
}

// Android, iOS and the tools write the names of headers differently.
function headerOf(header, name) {
  const key = Object.keys(header || {}).find((one) => one.toLowerCase() === name);
  return key ? header[key] : "";
}

/** Return the error for an answer that is no success; `body` is its text. */
function answerError(status, body, header) {
  const told = parse(body);
  // A proxy's own page is no message of ours: only its status is of use.
  const ours = told !== undefined && told !== null && typeof told.code === "string" && typeof told.message === "string";
  return new ApiError({
    code: ours ? told.code : `http_${status}`,
    message: ours ? told.message : statusWords(status),
    errors: ours && Array.isArray(told.errors) ? told.errors : [],
    requestId: (ours && told.request_id) || headerOf(header, "x-request-id"),
    status,
    retryAfter: Number(headerOf(header, "retry-after")) || 0,
    details: ours ? told.details || null : null,
  });
}

/** Return the value of a JSON text; undefined when it is none. */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch (fault) {
    return undefined;
  }
}

/** Read `{statusCode, data, header}` as WeChat hands it over: `success` is called for any status. */
function readAnswer({ statusCode, data, header }) {
  if (statusCode < 200 || statusCode >= 300) {
    throw answerError(statusCode, data, header);
  }
  if (statusCode === 204 || data === "") {
    return null;
  }
  const value = parse(data);
  if (value === undefined || value === null || typeof value !== "object") {
    // A captive portal answers 200 with a page of its own.
    throw localError("unreadable");
  }
  return value;
}

module.exports = { ApiError, answerError, failError, localError, readAnswer };
