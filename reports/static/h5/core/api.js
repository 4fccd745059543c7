/* The API as a page uses it: signed in by itself, renewed once on 401, photos with progress. */

import { ApiError, address, answerError, localError, send } from "./http.js";
import { currentSession, deviceHeaders, dropSession, ensureSession } from "./session.js";

export { ApiError } from "./http.js";
export { currentSession, deviceId, ensureSession, renew, token, uuid } from "./session.js";

async function authorize(auth, stale) {
  if (auth === "none") {
    return null;
  }
  return auth === "try" ? currentSession() : ensureSession(stale);
}

async function signed(auth, work, stale = "") {
  const session = await authorize(auth, stale);
  const own = await deviceHeaders();
  if (session) {
    own.Authorization = `Bearer ${session.token}`;
  }
  try {
    return await work(own);
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 401 && session;
    if (!refused || stale) {
      throw error;
    }
    if (auth === "try") {
      await dropSession();
      return signed("none", work, session.token);
    }
    return signed(auth, work, session.token);
  }
}

/** The headers of a request somebody sends without `api()`: token, device, channel. */
export async function headers() {
  const session = await ensureSession();
  return { ...(await deviceHeaders()), Authorization: `Bearer ${session.token}` };
}

/**
 * Call the API and return its JSON (null for 204).
 * auth: "need" (default; makes a session), "try" (only if there is one), "none".
 * Options: method, query, body, form, headers, timeout (ms), signal, raw, full ({status, data, headers}).
 */
export async function api(path, { auth = "need", full = false, headers: more = {}, ...options } = {}) {
  const answer = await signed(auth, (own) => send(path, { ...options, headers: { ...own, ...more } }));
  return full ? answer : answer.data;
}

/** Upload one file with progress (0–1) and return the photo; `timeout` counts from the last sign of life. */
export function upload(file, { path = "/photos", field = "file", name = "photo.jpg", onProgress, timeout = 60000, signal } = {}) {
  return signed("need", (own) => transfer({ file, path, field, name, onProgress, timeout, signal, own }));
}

// fetch() tells nobody how much of a body has left the phone; XMLHttpRequest does.
function transfer({ file, path, field, name, onProgress, timeout, signal, own }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const fail = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        fail(localError("timeout"));
        request.abort();
      }, timeout);
    };
    request.open("POST", address(path));
    for (const [key, value] of Object.entries({ Accept: "application/json", ...own })) {
      request.setRequestHeader(key, value);
    }
    request.upload.onprogress = (event) => {
      alive();
      if (onProgress && event.lengthComputable) {
        onProgress(event.loaded / event.total);
      }
    };
    request.onerror = () => fail(localError("network"));
    request.onabort = () => fail(new ApiError({ code: "aborted", message: "已取消" }));
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) {
        fail(answerError(request.status, request.responseText, (header) => request.getResponseHeader(header)));
        return;
      }
      clearTimeout(timer);
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        reject(localError("unreadable"));
      }
    };
    if (signal) {
      if (signal.aborted) {
        fail(new ApiError({ code: "aborted", message: "已取消" }));
        return;
      }
      signal.addEventListener("abort", () => request.abort(), { once: true });
    }
    const form = new FormData();
    form.append(field, file, file.name || name);
    alive();
    request.send(form);
  });
}

/** Iterate over the pages of a list: `for await (const items of pages("/reports", {query}))`. */
export async function* pages(path, { query = {}, ...options } = {}) {
  let cursor = "";
  do {
    const page = await api(path, { ...options, query: { ...query, cursor } });
    yield page.items;
    cursor = page.next_cursor;
  } while (cursor);
}
