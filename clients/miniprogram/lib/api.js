/* The API by the names of what one does. Signs in by itself, once more after a 401. */

const { localError } = require("./errors");
const { request } = require("./request");
const session = require("./session");
const { uploadFile } = require("./upload");

const REPORT_TIMEOUT_MS = 30000;

// A refused token was refused before anything was done: the repeat is safe whatever the request is.
async function signed(work, stale = "") {
  const { token } = await session.ensure(stale);
  try {
    return await work(session.headers(token));
  } catch (error) {
    if (error.status !== 401 || stale) {
      throw error;
    }
    return signed(work, token);
  }
}

/** Call as the resident who is signed in. */
function call(path, options = {}) {
  return signed((header) => request(path, { ...options, header }));
}

/** Call without a token: what everybody may read. */
function open(path, options = {}) {
  return request(path, { ...options, header: session.headers() });
}

const put = (path, body) => call(path, { method: "PUT", body, repeatable: true });
const post = (path, body, options = {}) => call(path, { method: "POST", body, ...options });
const one = (number) => `/reports/${encodeURIComponent(number)}`;

/** Return the report of an answer, or throw: some other server may have answered 200. */
function reportOf(answer) {
  if (!answer || typeof answer.number !== "string") {
    throw localError("unreadable");
  }
  return answer;
}

module.exports = {
  call,

  notice: () => open("/privacy/notice"),
  consents: () => call("/me/consents"),
  answerConsents: (version, consents) => put("/me/consents", { version, consents, channel: "miniprogram" }),
  me: () => call("/me"),
  changeMe: (profile) => put("/me", profile),
  erasure: () => call("/me/erase"),
  eraseMe: () => call("/me", { method: "DELETE" }),

  categories: () => open("/categories"),
  outline: () => open("/places/outline"),
  placeAt: ({ lat, lng, coord_type }) => open("/places/at", { query: { lat, lng, coord_type }, timeout: 6000, repeatable: false }),
  nearby: (query) => open("/reports/nearby", { query, timeout: 4000, repeatable: false }),

  uploadPhoto: (filePath, options = {}) => signed((header) => uploadFile(filePath, { ...options, header })),
  // The client_id makes it one report however often it arrives; the sender repeats it, with its draft kept.
  sendReport: (body) => post("/reports", body, { timeout: REPORT_TIMEOUT_MS }).then(reportOf),
  reports: (query) => call("/reports", { query }),
  counts: () => call("/reports/counts"),
  // WeChat's map speaks GCJ-02; a report of the phone page was sent in another system.
  report: (number) => call(one(number), { query: { coord_type: "gcj02" } }).then(reportOf),
  act: (number, action, body) => post(`${one(number)}/${action}`, body, { timeout: 20000 }).then(reportOf),

  inbox: (query) => call("/inbox", { query }),
  unread: () => call("/inbox/unread"),
  markRead: (which) => post("/inbox/read", which, { repeatable: true }),

  templates: () => call("/subscriptions/templates"),
  // One consent a minute counts once at the server, so a quick second arrival changes nothing.
  recordChoice: (choice) => post("/subscriptions", choice),
};
