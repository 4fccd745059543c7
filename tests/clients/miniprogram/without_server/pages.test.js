/* Every page in every state, drawn by WeChat's own compiler: Chinese words, nothing raw, and the words that matter. */

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { draw, handlers, words } = require("../fake/render");
const { NOW, REPORT, states } = require("../states");
const { Phone } = require("../fake/phone");

const ALL = states();
const read = Object.fromEntries(ALL.map(([name, page, data]) => [name, words(draw(page, data))]));

for (const [name, page, data] of ALL) {
  test(`${name} is Chinese and holds no code of ours`, () => {
    const text = read[name].replaceAll(REPORT.number, "").replaceAll("QJ1", "").replace(/10 MB/g, "").replace(/故障编号 \w+/, "");
    assert.match(text, /[\u4e00-\u9fff]{2,}/);
    assert.doesNotMatch(text, /[A-Za-z_]{2,}|undefined|null|NaN|\{|\}/, text);
    const methods = new Phone("http://127.0.0.1:9").start().makePage(page);
    for (const { handler } of handlers(draw(page, data))) {
      assert.equal(typeof methods[handler], "function", `${page} has no ${handler}`);
    }
  });
}

const EXPECTED = {
  "home-empty": "报问题\n拍张照片，说一句话就行\n提意见\n建议、咨询、表扬\n我的上报\n看办到哪一步\n有人身危险，先打电话\n110 报警\n119 火警\n120 急救",
  "home-privacy": /使用前请您同意\n拍照、选照片、用手机定位以前，请先看一看《示例小程序用户隐私保护指引》。不同意也可以用文字上报。/,
  "report-empty": /有照片更好办，没有也可以发.*\n一句话说清楚是什么问题\n\[如：村口的垃圾堆了三天，没有人清\]/,
  "report-filled": /第 2 张：照片超过 10 MB，请重新选择[^]*还能写 50 字[^]*误差约 1.5 公里，请在地图上选准确的位置[^]*匿名上报\n谁也看不到是您报的\n\(开\)/,
  "report-no-place": /还没有地点\n没有允许使用位置。可以在地图上选，或者写下地点。\n在地图上选\n去设置里允许使用位置/,
  "report-repeated": /没有发送成功\n您今天已经上报过同样的内容\n去看那一件，补充或催办\n不是同一件，仍要上报/,
  "report-blocked": /暂时不能上报，到 12 月 8 日为止\n有不同意见可以打电话。\n拨打 12345/,
  "report-near": /附近有人报过，是同一件事吗？[^]*村口路灯不亮\n约 80 米 · 11月29日 · 办理中\n我也遇到\n都不是，照样发送\n再想想$/,
  "report-sending": /正在发送第 2 张照片，共 3 张/,
  "report-waiting": /网络断了一下，正在确认\n可能已经送达。会自动确认，不会重复。\n停水\n现在重试\n先回首页/,
  "report-sent": /请先拨打 119，并离开现场。\n已送达[^]*QJ20261130-0001\n这一件没有记在您名下。请记住编号，也可以截个图。\n再报一个/,
  "detail-open": /办理中\n城建办（示例）正在办理。\n承诺 12月3日（周四）17:30 前办结，还有 2 天\n我反映的\n村口的路灯坏了三天，晚上接孩子看不清路\n照片处理中\n事项\n路灯不亮\n地点\n示例村村口/,
  "detail-long": /已超过 16 小时，可以催办/,
  "detail-rate": /办理结果\n城建办（示例） · 今天 09:00\n灯泡和线路已更换，现场试亮正常。\n请您评价[^]*没有解决，可以不评价[^]*12月8日前没有评价的，会自动办结，不算满意。[^]*没办好，重新办理/,
  "detail-refused": /为什么不能受理\n不在本街道辖区\n这条路由邻镇管理。\n可以去哪里办：邻镇便民服务中心（示例），0571-0000 0001[^]*申诉$/,
  "detail-asked": /请您补充\n请说明是哪一盏灯\n去补充/,
  "detail-done": /实际 今天 09:30 办结，按时[^]*★★★★★ 很满意，已经解决\n很快，谢谢/,
  "mine-list": /等我处理 3[^]*待评价[^]*请您评价[^]*再看一些/,
  "mine-offline": /现在没有网络\n有网时再试一次，您写的内容都还在。\n再试一次/,
  "mine-broken": /没有打开\n服务器暂时有故障，请稍后再试\n故障编号 4f1c2a\n再试一次/,
  "inbox-list": /全部标为已读\n已经办好，请您评价\n今天 09:00[^]*编号 QJ20261130-0001\n去评价/,
  "me": /使用照片\n已同意\n\(开\)\n让办理人员看清现场。\n不同意：您仍可上报，只是不能附照片。/,
};

test("the words that matter are on the screen", () => {
  for (const [name, expected] of Object.entries(EXPECTED)) {
    if (typeof expected === "string") {
      assert.equal(read[name], expected, name);
    } else {
      assert.match(read[name], expected, name);
    }
  }
});

test("times are the township's, whatever the phone's zone is", () => {
  const words = new Phone("http://127.0.0.1:9").start().require("lib/words.js");
  assert.equal(words.momentWords("2026-12-01T00:05:00+08:00", NOW), "今天 00:05");
  assert.equal(words.momentWords("2026-11-30T23:59:59+08:00", NOW), "昨天 23:59");
  assert.equal(words.momentWords("2025-12-31T23:59:59+08:00", NOW), "2025年12月31日 23:59");
  assert.equal(words.agoWords("2026-12-01T09:58:30+08:00", NOW), "1分钟前");
  assert.equal(words.waitWords(61 * 60), "61分钟");
  assert.equal(words.promiseWords({ ...REPORT, due_at: null }, NOW).text, "派单后，这里会写明承诺办结的时间");
});
