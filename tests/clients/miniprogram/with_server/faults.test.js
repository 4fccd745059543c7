/* Every fault at every step of sending: in the end there is exactly one report, with all its photos. */

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { Phone, until } = require("../fake/phone");
const { PHOTOS, SERVER } = require("./world");

const TEXT = "村口的河道里漂着很多塑料瓶";
const PLACE = { lat: 30.309, lng: 120.5, coord_type: "gcj02", accuracy: 10, source: "gps", address: "" };

/** Write a draft with photos as the page does; returns its client_id. */
async function draftOf(phone, { photos = 3, text = TEXT } = {}) {
  const drafts = phone.require("lib/drafts.js");
  const draft = drafts.save({ ...drafts.newDraft(), text, location: PLACE });
  for (const path of PHOTOS.slice(0, photos)) {
    await drafts.addPhoto(draft.client_id, phone.files.take(path));
  }
  return draft.client_id;
}

/** Go on as a person does who presses 现在重试 now and then, until it is sent. */
async function sendAtLast(phone, clientId) {
  await phone.require("lib/sender.js").queue(clientId);
  await until(async () => {
    await phone.require("lib/sender.js").wake({ force: true });
    return phone.require("lib/drafts.js").read(clientId).state === "sent";
  }, () => JSON.stringify(phone.require("lib/drafts.js").read(clientId)));
}

/** The one report of this phone, complete. */
async function onlyReport(phone, photos = 3) {
  phone.network.faults = [];
  const { items } = await phone.require("lib/api.js").reports({});
  assert.equal(items.length, 1, `there are ${items.length} reports`);
  const report = await phone.require("lib/api.js").report(items[0].number);
  assert.equal(report.photos.length, photos);
  assert.equal(new Set(report.photos.map((photo) => photo.id)).size, photos);
  return report;
}

const KINDS = ["timeout", "lost", "half", "html502", "lost502", "portal", "interrupted", "busy"];
const STEPS = [
  { name: "signing in", method: "POST", path: "/session" },
  { name: "the first photo", method: "POST", path: "/photos" },
  { name: "the last photo", method: "POST", path: "/photos", skip: 2 },
  { name: "the report", method: "POST", path: "/reports" },
];

for (const step of STEPS) {
  for (const kind of KINDS) {
    test(`one report after “${kind}” at ${step.name}`, async () => {
      const phone = new Phone(SERVER).start();
      const clientId = await draftOf(phone);
      phone.network.break(kind, step);
      await sendAtLast(phone, clientId);
      assert.equal(phone.network.faults[0].hit, 1, "the fault was never met");
      const report = await onlyReport(phone);
      assert.equal(report.client_id, clientId);
      assert.equal(report.text, TEXT);
    });
  }
}

for (const step of STEPS) {
  test(`one report after the app was killed at ${step.name}`, async () => {
    const phone = new Phone(SERVER).start();
    const clientId = await draftOf(phone);
    phone.network.break("killed", step);
    phone.require("lib/sender.js").queue(clientId);
    await until(() => phone.key === 0);
    phone.start();
    await until(() => phone.require("lib/drafts.js").read(clientId).state === "sent");
    await onlyReport(phone);
    assert.equal(phone.files.saved.size, 0, "files of a sent report stay on the phone");
  });
}

test("photos that have arrived are not sent again by the next start", async () => {
  const phone = new Phone(SERVER).start();
  const clientId = await draftOf(phone);
  phone.network.break("killed", { path: "/photos", skip: 2 });
  phone.require("lib/sender.js").queue(clientId);
  await until(() => phone.key === 0);
  const before = phone.network.seen.filter((call) => call.path === "/photos").length;
  assert.equal(before, 3);
  phone.start();
  await until(() => phone.require("lib/drafts.js").read(clientId).state === "sent");
  // The third had arrived without its answer: the server knows it by its bytes.
  assert.equal(phone.network.seen.filter((call) => call.path === "/photos").length, 4);
  await onlyReport(phone);
});

test("a draft that was being written is offered by the next start, with its photos", async () => {
  const phone = new Phone(SERVER, { album: PHOTOS.slice(0, 2) }).start();
  await phone.open("pages/report/index");
  await phone.type("text", "写到一半，手机把小程序关掉了");
  await phone.tap("＋ 拍照");
  const { client_id } = phone.page.draft;
  phone.restart();
  await phone.open("pages/report/index");
  assert.match(phone.read(), /上次有一份没写完\n写到一半，手机把小程序关掉了\n2 张照片/);
  await phone.tap("继续上次的草稿");
  await phone.send();
  await phone.sees("已送达");
  const report = await onlyReport(phone, 2);
  assert.equal(report.client_id, client_id);
});

test("without a line it waits, and leaves by itself when the line returns", async () => {
  const phone = new Phone(SERVER, { album: PHOTOS.slice(0, 1) }).start();
  phone.setLine(false);
  await phone.open("pages/report/index");
  await phone.tap("＋ 拍照");
  await phone.type("text", "停电了，整条街都黑着");
  await phone.send();
  await phone.sees("网络不好，会自动重试");
  await phone.open("pages/home/index");
  assert.match(phone.read(), /停电了，整条街都黑着\n网络不好，稍后自动重试/);
  phone.setLine(true);
  await until(() => !phone.page.data.drafts.length);
  await onlyReport(phone, 1);
});

test("a certain no goes back to the person with the server's words, and nothing is repeated", async () => {
  const phone = new Phone(SERVER).start();
  const clientId = await draftOf(phone, { photos: 0 });
  const drafts = phone.require("lib/drafts.js");
  drafts.change(clientId, (draft) => Object.assign(draft, { join: "QJ-NOSUCH-1" }));
  await phone.require("lib/sender.js").queue(clientId);
  const { state, error } = drafts.read(clientId);
  assert.equal(state, "blocked");
  assert.match(error.message, /[\u4e00-\u9fff]/);
  assert.equal(phone.network.seen.filter((call) => call.path === "/reports").length, 1);
  await phone.open(`pages/report/index?draft=${clientId}`);
  assert.match(phone.read(), /没有发送成功/);
  if (error.code === "join_not_found") {
    await phone.tap("单独发送这一件");
    await phone.sees("已送达");
    await onlyReport(phone, 0);
  }
});

test("other words under a known client_id: the conflict is told, and sent as another report", async () => {
  const phone = new Phone(SERVER).start();
  const clientId = await draftOf(phone, { photos: 1 });
  await sendAtLast(phone, clientId);
  const drafts = phone.require("lib/drafts.js");
  drafts.change(clientId, (draft) => Object.assign(draft, { state: "queued", text: "换了一件完全不同的事：路灯不亮了", location: PLACE }));
  await phone.require("lib/sender.js").wake({ force: true });
  assert.equal(drafts.read(clientId).error.code, "idempotency_conflict");
  await phone.open(`pages/report/index?draft=${clientId}`);
  assert.match(phone.read(), /没有发送成功/);
  await phone.tap("作为新的一件发送");
  await phone.sees("已送达");
  assert.equal((await phone.require("lib/api.js").reports({})).items.length, 2);
});

test("the same words once more within a day: the first one is shown, or it is sent all the same", async () => {
  const phone = new Phone(SERVER).start();
  await sendAtLast(phone, await draftOf(phone, { photos: 0, text: "村委会门口的健身器材坏了，没人修" }));
  const again = await draftOf(phone, { photos: 0, text: "村委会门口的健身器材坏了，没人修" });
  await phone.require("lib/sender.js").queue(again);
  await phone.open(`pages/report/index?draft=${again}`);
  assert.match(phone.read(), /去看那一件，补充或催办/);
  await phone.tap("不是同一件，仍要上报");
  await phone.sees("已送达");
});

/* Actions that carry no client_id: looked up before a second try. */
for (const kind of ["lost", "lost502", "timeout", "html502", "interrupted"]) {
  test(`a supplement, an urging and a withdrawal happen once after “${kind}”`, async () => {
    const phone = new Phone(SERVER).start();
    const clientId = await draftOf(phone, { photos: 0, text: "小区门口的路灯坏了三天，晚上一片漆黑" });
    await sendAtLast(phone, clientId);
    const { number } = phone.require("lib/drafts.js").read(clientId);
    const api = phone.require("lib/api.js");
    const { actOn, grown } = phone.require("lib/actions.js");
    await until(async () => (await api.report(number)).allowed_actions.includes("urge"));
    for (const [action, body] of [["supplement", { text: "就在公交站旁边" }], ["urge", { text: "" }], ["withdraw", { reason: "" }]]) {
      const before = await api.report(number);
      phone.network.break(kind, { method: "POST", path: `/reports/${number}/${action}` });
      const work = () => actOn(number, action, body, grown(before, [action], body.text || ""));
      const after = await work().catch(work); // the person presses once more where it did not arrive
      assert.equal(after.timeline.filter((line) => line.kind === action).length, 1, action);
    }
  });
}
