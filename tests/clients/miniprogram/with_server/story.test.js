/* The whole way through the pages: sign in, three photos, a report, the office closes it, the answer is rated. */

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { Phone, until } = require("../fake/phone");
const { PHOTOS, SERVER, office, platform, toClosing } = require("./world");

// Plain enough for triage to dispatch it by itself.
const TEXT = "路边一大堆垃圾，堆积如山，臭气熏天，暴露垃圾没人管";

/** Write a report with photos on the page and press 发送; resolves with its number. */
async function report(phone, { text = TEXT, photos = 3, at = null } = {}) {
  phone.location.gcj02 = at || phone.location.gcj02;
  phone.album.push(...PHOTOS.slice(0, photos));
  await phone.open("pages/report/index");
  if (photos) {
    await phone.tap("＋ 拍照");
  }
  await phone.type("text", text);
  await phone.page.prepared; // which templates there are has come long before a person has typed
  await phone.send();
  await phone.sees("已送达");
  return phone.page.draft.number;
}

test("login, three photos, a report, its way through the office, the rating", async () => {
  const phone = new Phone(SERVER).start();
  await phone.open("pages/home/index");
  assert.match(phone.read(), /您的信息怎么用/);
  await phone.tap("已满18岁");
  await phone.tap("同意");
  assert.doesNotMatch(phone.read(), /您的信息怎么用/);

  const number = await report(phone);
  assert.match(phone.read(), new RegExp(`编号\n${number}`));
  const kept = await phone.require("lib/api.js").report(number);
  assert.equal(kept.photos.length, 3);
  const { lat, lng, coord_type, accuracy, source } = kept.location;
  // What WeChat's map said, unshifted and by its own name.
  assert.deepEqual([lat, lng, coord_type, accuracy, source], [30.312345, 120.498765, "gcj02", 18, "gps"]);

  await phone.open("pages/mine/index");
  await phone.sees("暴露垃圾没人管");
  await until(async () => (await phone.require("lib/api.js").report(number)).status.code === "processing");
  await phone.page.retry();
  assert.match(phone.read(), /办理中/);
  assert.match(phone.read(), /承诺 \d+月\d+日/);

  await toClosing(number);
  await phone.open("pages/inbox/index");
  await phone.sees("去评价");
  await phone.tap("去评价");
  await phone.sees("办理结果");
  assert.match(phone.read(), /垃圾已清运，地面已冲洗/);
  assert.match(phone.read(), /请您评价/);

  await phone.tap("提交评价");
  assert.equal(phone.said().at(-1), "请先选择是否解决");
  await phone.tap("已经解决");
  await phone.tap("很满意");
  await phone.type("comment", "很快，谢谢");
  await phone.tap("提交评价");
  await phone.sees("这件事已经办结");
  assert.match(phone.read(), /★★★★★ 很满意，已经解决/);
  assert.match(phone.read(), /很快，谢谢/);
  assert.ok(phone.network.most <= 10);
});

test("a supplement, an urging, a withdrawal", async () => {
  const phone = new Phone(SERVER).start();
  const number = await report(phone, { text: "小区门口的路灯坏了三天，晚上一片漆黑", photos: 1 });
  await phone.tap("看办理进展");
  await phone.sees("我反映的");
  phone.album.push(PHOTOS[1]);
  await phone.tap("补充");
  await phone.tap("提交补充");
  assert.match(phone.read(), /请写几个字，或添加照片/);
  await phone.tap("＋ 拍照");
  await phone.type("words", "靠近公交站的那一盏");
  await phone.tap("提交补充");
  await phone.sees("您补充了情况");
  assert.match(phone.read(), /靠近公交站的那一盏/);
  const before = await phone.require("lib/api.js").report(number);
  assert.equal(before.timeline.find((line) => line.kind === "supplement").photos.length, 1);

  await until(async () => (await phone.require("lib/api.js").report(number)).allowed_actions.includes("urge"));
  await phone.page.retry();
  await phone.tap("催办");
  await phone.tap("催一下");
  await phone.sees("您催办了一次");
  await phone.tap("今天已催办");
  assert.equal(phone.page.data.sheet, null);
  await phone.tap("撤回");
  await phone.type("words", "邻居说已经修好了");
  await phone.tap("确定撤回");
  await phone.sees("您已经撤回，不再办理");
});

test("the office asks, the resident answers; the office refuses, the resident appeals", async () => {
  const phone = new Phone(SERVER).start();
  const number = await report(phone, { text: "这件事情你们到底管不管啊，都说好多次了", photos: 0 });
  await office([number, "ask", "dispatcher", { public_text: "请说明具体地点和情况" }]);
  const unread = await phone.require("lib/api.js").unread();
  assert.ok(unread.count > 0);
  await phone.open("pages/inbox/index");
  await phone.sees("去补充");
  assert.equal(phone.shown.filter((one) => one.name === "badge").at(-1).text, String(unread.count));
  await phone.tap("全部标为已读");
  assert.doesNotMatch(phone.read(), /全部标为已读/);
  assert.equal(phone.shown.at(-1).name, "badge-off");
  await phone.open(`pages/report/detail?number=${number}`);
  await phone.sees("请说明具体地点和情况");
  await phone.tap("去补充");
  await phone.type("words", "临江村口，有人把建筑垃圾倒在路边");
  await phone.tap("提交补充");
  await phone.sees("临江村口，有人把建筑垃圾倒在路边");
  await office([number, "reject", "lead", { reject_reason: "not_our_area", public_text: "这条路由邻镇管理，可拨打 0571-0000 0001" }]);
  await phone.page.retry();
  await phone.sees("为什么不能受理");
  assert.match(phone.read(), /0571-0000 0001/);
  await phone.tap("申诉");
  await phone.type("words", "这条路在我们村里");
  await phone.tap("提交申诉");
  await phone.sees("您提出申诉");
});

test("subscribing at a tap, the message that WeChat sends opens its report", async () => {
  const phone = new Phone(SERVER).start();
  const number = await report(phone, { photos: 1, at: [30.316745, 120.512365] });
  assert.deepEqual(phone.subscribeAsked, [["template-result", "template-ask", "template-progress"]]);
  const { templates } = await phone.require("lib/api.js").templates();
  assert.ok(templates.every((row) => row.left === 1), JSON.stringify(templates));
  await platform("consent", { openid: `openid-${phone.name}` });
  await toClosing(number);
  await phone.open("pages/inbox/index");
  await phone.sees("去评价");
  let sent = [];
  await until(async () => {
    // Again and again: the way it goes may be written a moment after the message in the inbox.
    await office(["", "hurry_messages", "", {}]);
    sent = (await platform("sent")).filter((row) => row.touser === `openid-${phone.name}`);
    return sent.some((row) => row.template_id === "template-result");
  }, () => JSON.stringify(sent));
  const { page } = sent.find((row) => row.template_id === "template-result");
  await phone.open(page);
  await phone.sees("办理结果");
});

test("“我也遇到” joins the case near by", async () => {
  const first = new Phone(SERVER).start();
  const number = await report(first, { text: "桥头的路面坑坑洼洼，车子开过去很颠", photos: 0, at: [30.308321, 120.487123] });
  await first.sees("公开办理情况，可以吗？");
  await first.tap("可以公开");
  assert.doesNotMatch(first.read(), /公开办理情况/);
  const { items } = await first.require("lib/api.js").consents();
  assert.equal(items.find((row) => row.kind === "publication").state, "given");
  await until(async () => (await first.require("lib/api.js").report(number)).status.code === "processing");
  await office([number, "publish", "dispatcher", {}]);
  const second = new Phone(SERVER);
  second.location.gcj02 = [30.308351, 120.487153];
  second.start();
  await second.open("pages/report/index");
  await second.type("text", "桥头的路面坑坑洼洼，骑车差点摔倒");
  await second.tap("发送");
  await until(() => second.page.data.near, () => second.read());
  assert.match(second.read(), /附近有人报过，是同一件事吗/);
  await second.tap("我也遇到");
  await second.sees("已送达，和别人的并在一起办");
  const joined = await second.require("lib/api.js").report(second.page.draft.number);
  assert.equal(joined.join, number);
});

test("nothing of the person is in the console", async () => {
  const phone = new Phone(SERVER).start();
  phone.network.break("lost", { method: "POST", path: "/reports" });
  phone.network.break("html502", { method: "GET", path: "/reports", times: 2 });
  const number = await report(phone, { text: "示例：电话13900000000，垃圾没有人清", photos: 1 });
  await phone.open("pages/mine/index");
  await phone.sees("垃圾没有人清");
  const { token } = phone.storage.get("session");
  const told = phone.console.join("\n");
  assert.match(told, /request_failed/);
  for (const secret of [token, number, "13900000000", "垃圾", `openid-${phone.name}`, "30.31"]) {
    assert.ok(!told.includes(secret), told);
  }
});
