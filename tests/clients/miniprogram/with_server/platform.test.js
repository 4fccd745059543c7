/* What WeChat and the server do to a client: tokens that end, too many calls, long lists, privacy, places, full phones. */

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { Phone, until } = require("../fake/phone");
const { PHOTOS, SERVER } = require("./world");

const LETTER = { kind: "opinion", photos: [], anonymous: false, repeat_ok: true };

function uuid() {
  return globalThis.crypto.randomUUID();
}

test("a refused token: one new sign-in, one repeat, for all that were under way", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  await api.me();
  const { token } = phone.storage.get("session");
  await fetch(`${SERVER}/api/v1/session`, { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  phone.network.seen = [];
  const [me, list, unread] = await Promise.all([api.me(), api.reports({}), api.unread()]);
  assert.ok(me.id && list.items && unread.count === 0);
  assert.equal(phone.network.seen.filter((call) => call.path === "/session").length, 1);
  assert.notEqual(phone.storage.get("session").token, token);
});

test("a token refused twice is told, not tried for ever", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  await api.me();
  const seen = phone.network.seen.length;
  phone.require("lib/session.js").headers = () => ({ Authorization: "Bearer wrong", "X-Channel": "miniprogram" });
  const before = phone.network.seen.length;
  await assert.rejects(api.me(), { status: 401 });
  assert.ok(phone.network.seen.length - before <= 3);
  assert.ok(seen <= before);
});

test("a code of wx.login that was used up: a new one is asked for", async () => {
  const phone = new Phone(SERVER).start();
  await phone.require("lib/api.js").me();
  phone.storage.remove("session");
  phone.codes -= 1; // WeChat's code of the last time once more
  const me = await phone.require("lib/api.js").me();
  assert.ok(me.id);
  assert.equal(phone.codes, 2);
});

test("a real 429 tells when it may go on; a short one is waited for", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  const timing = phone.require("lib/timing.js");
  timing.longestWait = 0; // the server's minute may be nearly over
  const calls = Array.from({ length: 12 }, () => api.call("/me/export"));
  const refused = (await Promise.allSettled(calls)).filter((one) => one.status === "rejected").map((one) => one.reason);
  assert.ok(refused.length > 0, "nothing was refused");
  assert.equal(refused[0].status, 429);
  assert.ok(refused[0].retryAfter > 0);
  const { errorWords } = phone.require("lib/words.js");
  assert.match(errorWords(refused[0]), /秒|分钟/);
  assert.ok(phone.network.most <= 10);

  timing.longestWait = 10000;
  phone.network.break("busy", { path: "/me" });
  const began = Date.now();
  assert.ok((await api.me()).id);
  assert.ok(Date.now() - began >= 950, "Retry-After was not kept to");
});

test("reading is repeated over a bad line, what cannot be repeated is not", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  await api.me();
  phone.network.break("timeout", { path: "/me", times: 2 });
  assert.ok((await api.me()).id);
  phone.network.break("html502", { path: "/subscriptions", method: "POST" });
  phone.network.seen = [];
  await assert.rejects(api.recordChoice({ accepted: [], rejected: [], banned: [] }), { status: 502, message: "服务器暂时有故障，请稍后再试" });
  assert.equal(phone.network.seen.length, 1);
  phone.network.break("portal", { path: "/me", times: 3 });
  await assert.rejects(api.me(), { code: "unreadable" });
});

test("an address that is not listed: plain words for the person, a hint for the developer", async () => {
  const phone = new Phone(SERVER).start();
  phone.network.domains = ["https://other.example"];
  await assert.rejects(phone.require("lib/api.js").me(), { code: "domain", message: "暂时连不上服务器，请稍后再试" });
  assert.match(phone.console.join("\n"), /服务器域名/);
});

test("every typed error has the server's Chinese words", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  const wrong = [
    [() => api.report("NO-SUCH-NUMBER"), 404],
    [() => api.sendReport({ ...LETTER, client_id: "no uuid", text: "" }), 400],
    [() => api.sendReport({ ...LETTER, client_id: uuid(), kind: "problem", text: "没有地点" }), 400],
    [() => api.answerConsents("1999-01", { privacy: true }), 409],
    [() => api.markRead({}), 400],
  ];
  for (const [work, status] of wrong) {
    const error = await work().then(() => assert.fail("it was taken"), (fault) => fault);
    assert.equal(error.status, status, error.message);
    assert.match(error.message, /[\u4e00-\u9fff]/);
    assert.ok(error.requestId, "no request id");
  }
});

test("a file that is no photo, and one too many bytes, are told beside the photo", async () => {
  const phone = new Phone(SERVER).start();
  const drafts = phone.require("lib/drafts.js");
  const draft = drafts.save({ ...drafts.newDraft({ kind: "opinion" }), text: "附了一个坏文件" });
  phone.files.temporary.set("http://tmp/bad.jpg", Buffer.from("this is no picture"));
  await drafts.addPhoto(draft.client_id, "http://tmp/bad.jpg");
  await phone.require("lib/sender.js").queue(draft.client_id);
  const kept = drafts.read(draft.client_id);
  assert.equal(kept.state, "blocked");
  assert.match(kept.photos[0].error.message, /[\u4e00-\u9fff]/);
  await phone.open(`pages/report/index?draft=${draft.client_id}`);
  assert.match(phone.read(), /第 1 张：/);
  await phone.tap("删除这张照片");
  await phone.send();
  await phone.sees("已送达");
});

test("a long list comes page by page, every report once", async () => {
  const phone = new Phone(SERVER).start();
  const api = phone.require("lib/api.js");
  const count = 45;
  for (let at = 0; at < count; at += 1) {
    await api.sendReport({ ...LETTER, client_id: uuid(), text: `第 ${at + 1} 条建议：${"村里的事".repeat(at % 7)}` });
  }
  await phone.open("pages/mine/index");
  assert.equal(phone.page.data.items.length, 20);
  await until(() => /全部 45/.test(phone.read()));
  await phone.page.onReachBottom();
  phone.network.break("html502", { path: "/reports", times: 3 });
  await phone.page.onReachBottom();
  assert.match(phone.read(), /服务器暂时有故障/);
  assert.equal(phone.page.data.items.length, 40);
  await phone.tap("再看一些");
  assert.equal(phone.page.data.items.length, count);
  assert.equal(new Set(phone.page.data.items.map((row) => row.number)).size, count);
  assert.equal(phone.page.data.cursor, null);
  await phone.tap("已结束");
  assert.match(phone.read(), /还没有结束的事/);
});

test("WeChat's question about privacy is asked once, and a no stops nothing", async () => {
  const phone = new Phone(SERVER, { album: PHOTOS.slice(0, 1) });
  phone.privacy.agreed = false;
  phone.start();
  const opening = phone.open("pages/report/index");
  await phone.sees("使用前请您同意");
  await phone.tap("不同意");
  await opening;
  assert.match(phone.read(), /没有同意使用位置/);
  const adding = phone.tap("＋ 拍照");
  await phone.sees("《示例小程序用户隐私保护指引》");
  await phone.tap("同意");
  await adding;
  assert.equal(phone.page.draft.photos.length, 1);
  await phone.tap("重新定位");
  assert.equal(phone.page.draft.location.source, "gps");
});

test("places: refused, chosen on the map, told in words", async () => {
  const phone = new Phone(SERVER).start();
  phone.location.fail = "auth deny";
  await phone.open("pages/report/index");
  assert.match(phone.read(), /没有允许使用位置/);
  assert.match(phone.read(), /去设置里允许使用位置/);
  await phone.type("text", "水管漏水，路上都是水");
  await phone.tap("发送");
  assert.match(phone.read(), /请告诉我们在哪里/);
  await phone.type("address", "村口小卖部对面");
  assert.deepEqual(phone.page.draft.location, { lat: null, lng: null, coord_type: "gcj02", accuracy: null, source: "text", address: "村口小卖部对面" });
  await phone.tap("在地图上选");
  assert.equal(phone.page.draft.location.source, "text"); // cancelled
  phone.chosen = { lat: 30.3111111, lng: 120.5222222, name: "示例广场", address: "前进街道 1 号" };
  await phone.tap("在地图上选");
  await phone.send();
  await phone.sees("已送达");
  const report = await phone.require("lib/api.js").report(phone.page.draft.number);
  assert.deepEqual(report.location, { lat: 30.311111, lng: 120.522222, coord_type: "gcj02", accuracy: null, source: "picked", address: "前进街道 1 号 示例广场" });
});

test("a place sent in another system is shown on WeChat's map where it is", async () => {
  const phone = new Phone(SERVER).start();
  const [lat, lng] = phone.location.wgs84;
  const body = { ...LETTER, client_id: uuid(), text: "手机网页上报的，路灯不亮", location: { lat, lng, coord_type: "wgs84", accuracy: 5, source: "gps", address: "" } };
  const { number, location } = await phone.require("lib/api.js").sendReport(body);
  assert.equal(location.coord_type, "wgs84");
  await phone.open(`pages/report/detail?number=${number}`);
  await phone.tap("在地图上看");
  const { latitude, longitude } = phone.shown.find((one) => one.name === "map");
  assert.ok(Math.abs(latitude - lat) > 0.001 && Math.abs(longitude - lng) > 0.003, `${latitude} ${longitude}`);
  await phone.tap("补充");
  await phone.type("words", "就在路口");
  await phone.tap("提交补充");
  await phone.sees("您补充了情况");
  await phone.tap("在地图上看");
  assert.equal(phone.shown.at(-1).latitude, latitude);
});

test("a letter needs no place; who is anonymous leaves no number", async () => {
  const phone = new Phone(SERVER).start();
  await phone.open("pages/home/index");
  await phone.tap("先不同意");
  await phone.tap("提意见");
  await phone.tap("咨询");
  await phone.type("phone", "13900000000");
  await phone.type("text", `建房审批要带哪些材料？${"说明".repeat(900)}`);
  assert.match(phone.read(), /您想问什么/);
  await phone.send();
  await phone.sees("15 个工作日内答复您");
  const asked = await phone.require("lib/api.js").report(phone.page.draft.number);
  assert.deepEqual([asked.kind.code, asked.location, asked.contact_phone], ["consultation", null, "13900000000"]);
  assert.doesNotMatch(phone.read(), /公开办理情况/);

  await phone.tap("再报一个");
  await phone.type("phone", "13900000000");
  await phone.type("anonymous", true);
  assert.doesNotMatch(phone.read(), /联系电话|13900000000/);
  await phone.type("text", "希望晚上也能借文化礼堂");
  await phone.send();
  await phone.sees("已送达");
  const told = await phone.require("lib/api.js").report(phone.page.draft.number);
  assert.deepEqual([told.anonymous, told.contact_phone], [true, ""]);
});

test("a poster's code opens the page with its grid, used where the phone finds no place", async () => {
  const phone = new Phone(SERVER).start();
  const outline = await phone.require("lib/api.js").outline();
  const [feature] = outline.features;
  phone.location.fail = "auth deny";
  await phone.open(`pages/report/index?scene=${encodeURIComponent(`g=${feature.properties.code}`)}`);
  const place = phone.page.draft.location;
  assert.equal(place.coord_type, "wgs84");
  await phone.sees(feature.properties.name);
  assert.match(phone.read(), /海报所在网格/);
});

test("a danger told in words: the telephone first", async () => {
  const phone = new Phone(SERVER).start();
  phone.confirms = false;
  await phone.open("pages/report/index");
  await phone.type("text", "三楼着火了，冒浓烟");
  assert.match(phone.read(), /119 火警/);
  await phone.tap("119 火警");
  assert.deepEqual(phone.shown.find((one) => one.name === "call").phoneNumber, "119");
  await phone.tap("发送");
  assert.equal(phone.page.data.sending, null);
  phone.confirms = true;
  await phone.send();
  await phone.sees("已送达");
});

test("a full phone: the photo is sent as long as the app stays open, full storage is said", async () => {
  const phone = new Phone(SERVER, { album: PHOTOS.slice(0, 1) }).start();
  phone.files.full = true;
  await phone.open("pages/report/index");
  await phone.tap("＋ 拍照");
  assert.match(phone.said().at(-1), /发送完以前请不要关掉小程序/);
  phone.storage.full = true;
  await phone.type("text", "存不下了");
  assert.match(phone.said().at(-1), /存储空间满了/);
  phone.storage.full = false;
  await phone.type("text", "垃圾没有人来清理");
  await phone.send();
  await phone.sees("已送达");
});

test("consents: taken back, asked for where one is missing, the account erased", async () => {
  const phone = new Phone(SERVER, { album: PHOTOS.slice(0, 1) }).start();
  await phone.open("pages/me/index");
  await phone.sees("使用照片");
  await phone.type("使用照片", false);
  assert.match(phone.read(), /使用照片\n不同意/);
  await phone.open("pages/report/index");
  await phone.tap("＋ 拍照");
  await phone.type("text", "公厕没有人打扫");
  await phone.send();
  await phone.sees("您没有同意");
  await phone.tap("同意，继续发送");
  await phone.sees("已送达");
  await phone.open("pages/me/index");
  await phone.tap("注销账号");
  const asked = phone.shown.find((one) => one.name === "modal" && one.title === "注销账号？");
  assert.match(asked.content, /不能恢复/);
  // The phone is counted, not who holds it.
  assert.deepEqual(phone.storage.keys().filter((key) => key !== "device-id"), []);
  assert.match(phone.read(), /报问题/);
});
