/* One request to our API: time-out, one error type. Runs in pages and in the service worker; knows no session. */

export const BASE = "/api/v1";
const WORDS = {
  network: "网络不通，请稍后再试",
  timeout: "网络太慢，服务器没有及时回应，请再试一次",
  unreadable: "服务器的回答看不懂，请稍后再试",
};

/** What went wrong: `message` is Chinese and fit to be shown as it is. */
export class ApiError extends Error {
  constructor({ code, message, errors = [], requestId = "", status = 0, retryAfter = 0, body = null }) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.errors = errors;
    this.requestId = requestId;
    this.status = status;
    this.retryAfter = retryAfter;
    this.body = body;
  }

  /** The same request may succeed later without any change. */
  get retryable() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** There was no answer at all. */
  get offline() {
    return this.status === 0;
  }
}

/** Return the ApiError for a code of ours that is not the server's. */
export function localError(code) {
  return new ApiError({ code, message: WORDS[code] || WORDS.network });
}

/** Return the ApiError for an answer that is no success; `text` is its body. */
export function answerError(status, text, header = () => null) {
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's own page: only its status is of use.
  }
  const known = body && typeof body.code === "string" && typeof body.message === "string";
  return new ApiError({
    code: known ? body.code : `http_${status}`,
    message: known ? body.message : statusWords(status),
    errors: known && Array.isArray(body.errors) ? body.errors : [],
    requestId: (known && body.request_id) || header("X-Request-ID") || "",
    status,
    retryAfter: Number(header("Retry-After")) || 0,
    body,
  });
}

function statusWords(status) {
  if (status === 413) {
    return "内容太大，服务器不接收";
  }
  return status >= 500 ? "服务器暂时有故障，请稍后再试" : `请求没有成功（${status}）`;
}

/** Return the address of an API path with its query; empty values are left out, lists joined by commas. */
export function address(path, query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query || {})) {
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text !== undefined && text !== null && text !== "") {
      search.set(name, String(text));
    }
  }
  const tail = search.toString();
  return `${BASE}${path}${tail ? `?${tail}` : ""}`;
}

/**
 * Send one request and return `{status, data, headers}`; throws ApiError.
 * `body` is sent as JSON, `form` (FormData) as it is. `raw` returns the Response as `data`.
 * `keepalive` lets it arrive although the page goes away.
 */
export async function send(path, { method = "GET", query, body, form, headers = {}, timeout = 15000, signal, raw, keepalive = false } = {}) {
  const stop = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop.abort();
  }, timeout);
  const abort = () => stop.abort();
  if (signal) {
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) {
      stop.abort();
    }
  }
  const all = { Accept: "application/json", ...headers };
  if (body !== undefined) {
    all["Content-Type"] = "application/json";
  }
  try {
    const response = await fetch(address(path, query), {
      method,
      headers: all,
      body: body === undefined ? form : JSON.stringify(body),
      signal: stop.signal,
      credentials: "same-origin",
      cache: "no-store",
      keepalive,
    });
    if (!response.ok) {
      throw answerError(response.status, await response.text(), (name) => response.headers.get(name));
    }
    if (raw) {
      return { status: response.status, data: response, headers: response.headers };
    }
    return { status: response.status, data: await json(response), headers: response.headers };
  } catch (error) {
    if (error instanceof ApiError) {
      throw error;
    }
    if (signal && signal.aborted) {
      throw new ApiError({ code: "aborted", message: "已取消" });
    }
    throw localError(late ? "timeout" : "network");
  } finally {
    clearTimeout(timer);
    if (signal) {
      signal.removeEventListener("abort", abort);
    }
  }
}

async function json(response) {
  const text = await response.text();
  if (!text) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    // A captive portal answers 200 with a page of its own.
    throw localError("unreadable");
  }
}
