/* What may be written to the console and to WeChat's log: codes. Never a token, a number, words or a place. */

const HINTS = {
  domain: "开发提示：请在小程序后台“开发管理—服务器域名”里登记 config.js 中的地址（request 和 uploadFile 都要）；本地调试可勾选“不校验合法域名”。",
};

/** Write an event with the code, status and request id of an error. */
function log(event, error = null) {
  const { code = "", status = 0, requestId = "" } = error || {};
  console.info(event, code, status, requestId);
  if (HINTS[code]) {
    console.warn(HINTS[code]);
  }
}

module.exports = { log };
