/* wx.request and wx.uploadFile over real HTTP, with WeChat's own manners and faults to order.
 *
 * Manners: `success` for any status; header names in no certain case; no cookie jar and no Cookie header; no PATCH;
 * ten requests at once, the eleventh fails; listed domains only; `res.data` of an upload is a string. */

const http = require("node:http");

const METHODS = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT"];
const MOST = 10;
const PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
const PORTAL_PAGE = "<!DOCTYPE html><html><body>请先登录无线网络</body></html>";

/** A network of one phone. `faults`: `{kind, on(call), times}`; `seen`: what left the phone. */
class Network {
  constructor(server) {
    this.domains = [server];
    this.faults = [];
    this.seen = [];
    this.most = 0;
    this.running = { request: 0, uploadFile: 0 };
  }

  /** Order a fault: `kind` for the next `times` calls whose method and path fit. */
  break(kind, { method = "", path = "", times = 1, skip = 0 } = {}) {
    this.faults.push({ kind, method, path, times, skip, hit: 0 });
  }

  faultOf(call) {
    const fault = this.faults.find((one) => one.times > 0 && (!one.method || one.method === call.method) && call.path.startsWith(one.path));
    if (!fault) {
      return null;
    }
    if (fault.skip > 0) {
      fault.skip -= 1;
      return null;
    }
    fault.times -= 1;
    fault.hit += 1;
    return fault.kind;
  }
}

function checkHeader(header = {}) {
  for (const name of Object.keys(header)) {
    if (["cookie", "referer", "content-length", "host"].includes(name.toLowerCase())) {
      throw new Error(`WeChat sets ${name} itself or not at all`);
    }
    if (typeof header[name] !== "string") {
      throw new Error(`header ${name} is no string`);
    }
  }
}

// Some phones write them small, some do not; there is no Set-Cookie that anybody keeps.
function headerOf(answer, turn) {
  const header = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name !== "set-cookie") {
      header[turn % 2 ? name : name.replace(/(^|-)[a-z]/g, (sign) => sign.toUpperCase())] = value;
    }
  }
  return header;
}

/** Send for real; resolves `{statusCode, data, header}`. With `half` the line is cut in the middle of the body. */
function transfer({ url, method, header, body, timeout, turn, half = false }) {
  return new Promise((resolve, reject) => {
    const all = { ...header, ...(body ? { "Content-Length": String(body.length) } : {}) };
    const request = http.request(url, { method, headers: all, agent: false }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ statusCode: answer.statusCode, data: Buffer.concat(parts).toString("utf8"), header: headerOf(answer, turn) }));
      answer.on("error", reject);
    });
    request.setTimeout(timeout, () => request.destroy(new Error("timeout")));
    request.on("error", reject);
    if (half && body) {
      request.write(body.subarray(0, Math.floor(body.length / 2)));
      setTimeout(() => request.destroy(new Error("reset")), 30);
    } else {
      request.end(body);
    }
  });
}

/** Carry one call out; `phone.alive(key)` says whether the app that asked is still there to hear the answer. */
async function carry(phone, api, call, options) {
  const { network } = phone;
  const words = (text) => ({ errMsg: `${api}:fail ${text}` });
  const turn = network.seen.length;
  if (!network.domains.some((domain) => call.url.startsWith(`${domain}/`))) {
    return { fail: { ...words("url not in domain list"), errno: 600002 } };
  }
  if (phone.offline) {
    return { fail: words("errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED") };
  }
  const fault = network.faultOf(call);
  network.seen.push({ api, method: call.method, path: call.path, fault, header: call.header });
  if (fault === "timeout") {
    return { fail: words("timeout") };
  }
  if (fault === "html502") {
    return { success: { statusCode: 502, data: PROXY_PAGE, header: { "Content-Type": "text/html" } } };
  }
  if (fault === "portal") {
    return { success: { statusCode: 200, data: PORTAL_PAGE, header: {} } };
  }
  if (fault === "busy") {
    return { success: { statusCode: 429, data: JSON.stringify({ code: "throttled", message: "操作太频繁，请稍后再试", errors: [], request_id: "r-busy" }), header: { "retry-after": "1" } } };
  }
  try {
    const answer = await transfer({ ...call, turn, half: fault === "half", timeout: options.timeout || 60000 });
    return afterwards(phone, fault, answer, words);
  } catch (error) {
    return { fail: words(error.message === "timeout" ? "timeout" : "errcode:-101 cronet_error_code:-101 error_msg:net::ERR_CONNECTION_RESET") };
  }
}

/** What becomes of an answer that the server has given: by now it has done what was asked. */
function afterwards(phone, fault, answer, words) {
  if (fault === "lost") {
    return { fail: words("errcode:-103 cronet_error_code:-103 error_msg:net::ERR_CONNECTION_ABORTED") };
  }
  if (fault === "lost502") {
    return { success: { statusCode: 502, data: PROXY_PAGE, header: {} } };
  }
  if (fault === "interrupted") {
    phone.leave();
    setTimeout(() => phone.comeBack(), 60);
    return { fail: words("interrupted") };
  }
  if (fault === "killed") {
    phone.kill();
    return {};
  }
  return { success: answer };
}

/** Start a call as WeChat does: callbacks later, never both, none at all for an app that was closed. */
function start(phone, key, api, call, options) {
  const { network } = phone;
  if (network.running[api] >= MOST) {
    throw new Error(`${api}: more than ${MOST} at once`);
  }
  network.running[api] += 1;
  network.most = Math.max(network.most, network.running[api]);
  carry(phone, api, call, options).then(({ success, fail }) => {
    network.running[api] -= 1;
    if (!phone.alive(key)) {
      return;
    }
    if (success) {
      (options.success || (() => {}))({ ...success, errMsg: `${api}:ok` });
    }
    if (fail) {
      (options.fail || (() => {}))(fail);
    }
    (options.complete || (() => {}))(success || fail);
  });
}

function pathOf(url) {
  return new URL(url).pathname.replace(/^\/api\/v1/, "");
}

function request(phone, key, options) {
  const method = (options.method || "GET").toUpperCase();
  if (!METHODS.includes(method)) {
    throw new Error(`wx.request knows no ${method}`);
  }
  checkHeader(options.header);
  if (options.data !== undefined && method === "GET") {
    throw new Error("not built here: data of a GET would become its query");
  }
  const body = options.data === undefined ? null : Buffer.from(typeof options.data === "string" ? options.data : JSON.stringify(options.data));
  const shaped = options.dataType === "text" ? options : { ...options, success: (answer) => options.success({ ...answer, data: decode(answer.data) }) };
  start(phone, key, "request", { url: options.url, path: pathOf(options.url), method, header: options.header || {}, body }, shaped);
}

// With dataType "json" an answer that is none stays a string, without any error.
function decode(text) {
  try {
    return JSON.parse(text);
  } catch (fault) {
    return text;
  }
}

function uploadFile(phone, key, options) {
  checkHeader(options.header);
  if (typeof options.filePath !== "string") {
    throw new Error("wx.uploadFile takes one file a call");
  }
  const bytes = phone.files.read(options.filePath);
  if (!bytes) {
    setTimeout(() => phone.alive(key) && options.fail({ errMsg: "uploadFile:fail file doesn't exist" }));
    return { onProgressUpdate() {}, abort() {} };
  }
  const boundary = `----wx${Math.random().toString(16).slice(2)}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${options.name}"; filename="${options.filePath.split("/").pop()}"\r\nContent-Type: image/jpeg\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const header = { ...options.header, "Content-Type": `multipart/form-data; boundary=${boundary}` };
  const listeners = [];
  const call = { url: options.url, path: pathOf(options.url), method: "POST", header, body };
  start(phone, key, "uploadFile", call, options);
  setTimeout(() => listeners.forEach((listener) => listener({ progress: 50, totalBytesSent: body.length / 2, totalBytesExpectedToSend: body.length })));
  return { onProgressUpdate: (listener) => listeners.push(listener), abort() {} };
}

module.exports = { Network, request, uploadFile };
