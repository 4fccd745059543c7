/* The client's files: complete, well-formed, each handler there, no call that WeChat or the fake does not have. */

const assert = require("node:assert/strict");
const { execFileSync, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

const { Phone } = require("../fake/phone");
const { ROOT, compile } = require("../fake/render");

const REPOSITORY = path.resolve(ROOT, "../..");
const APP = JSON.parse(fs.readFileSync(path.join(ROOT, "app.json"), "utf8"));

function filesOf(ending, folder = ROOT) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    return entry.isDirectory() ? filesOf(ending, full) : full.endsWith(ending) ? [full] : [];
  });
}

const read = (file) => fs.readFileSync(file, "utf8");
const short = (file) => path.relative(ROOT, file);
const JS = filesOf(".js");
const WXML = filesOf(".wxml");

test("every page of app.json has its four files, and no page is missing there", () => {
  for (const page of APP.pages) {
    for (const ending of ["js", "json", "wxml", "wxss"]) {
      assert.ok(fs.existsSync(path.join(ROOT, `${page}.${ending}`)), `${page}.${ending}`);
    }
  }
  const found = filesOf(".wxml", path.join(ROOT, "pages")).map((file) => short(file).replace(/\.wxml$/, "").replaceAll("\\", "/"));
  assert.deepEqual(found.sort(), [...APP.pages].sort());
  assert.ok(APP.tabBar.list.every((tab) => APP.pages.includes(tab.pagePath)));
});

test("every JSON is JSON and every script a script", () => {
  filesOf(".json").forEach((file) => JSON.parse(read(file)));
  JS.forEach((file) => execFileSync(process.execPath, ["--check", file]));
});

test("WeChat's own compiler takes every WXML", () => {
  const make = compile();
  WXML.forEach((file) => assert.ok(make(short(file).replaceAll("\\", "/")), short(file)));
});

test("WeChat's own typings take every call", () => {
  const tsc = path.join(REPOSITORY, "node_modules/typescript/bin/tsc");
  const done = spawnSync(process.execPath, [tsc, "-p", path.join(ROOT, "jsconfig.json")], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("what is called of wx is in the fake, so every call is exercised as WeChat behaves", () => {
  const { wx } = new Phone("http://127.0.0.1:9").start().globals;
  for (const file of JS) {
    for (const [, name] of read(file).matchAll(/\bwx\.(\w+)/g)) {
      assert.ok(name in wx, `${short(file)}: wx.${name}`);
    }
  }
});

/** The templates of a WXML and of what it imports, by name. */
function templatesOf(file) {
  const text = read(file);
  const own = [...text.matchAll(/<template name="([\w-]+)">([^]*?)<\/template>/g)].map(([, name, body]) => [name, body]);
  const others = [...text.matchAll(/<import src="([^"]+)"/g)].flatMap(([, src]) => [...templatesOf(path.resolve(path.dirname(file), src))]);
  return new Map([...own, ...others]);
}

function handlersIn(text) {
  return [...text.matchAll(/\b(?:bind|catch):?\w+="(\w+)"/g)].map(([, handler]) => handler);
}

test("every handler that a page or its templates name exists in the page", () => {
  const phone = new Phone("http://127.0.0.1:9").start();
  for (const page of APP.pages) {
    const file = path.join(ROOT, `${page}.wxml`);
    const templates = templatesOf(file);
    const used = [...read(file).matchAll(/<template is="([\w-]+)"/g)].map(([, name]) => name);
    used.forEach((name) => assert.ok(templates.has(name), `${page}: template ${name} is not imported`));
    const methods = phone.makePage(page);
    for (const handler of [read(file), ...used.map((name) => templates.get(name))].flatMap(handlersIn)) {
      assert.equal(typeof methods[handler], "function", `${page} has no ${handler}`);
    }
    assert.ok(used.includes("privacy"), `${page} cannot show WeChat's question about privacy`);
  }
});

test("every class has a style, and styles select classes only", () => {
  const styled = new Set(filesOf(".wxss").flatMap((file) => [...read(file).matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name)));
  for (const file of WXML) {
    for (const [, value] of read(file).matchAll(/\bclass="([^"]*)"/g)) {
      const fixed = value.replace(/chip-\{\{[^}]*\}\}/g, "").replace(/\{\{([^}]*)\}\}/g, (_all, inner) => [...inner.matchAll(/'([\w -]+)'/g)].map(([, name]) => name).filter((name) => styled.has(name) || /-/.test(name)).join(" "));
      fixed.split(/\s+/).filter(Boolean).forEach((name) => assert.ok(styled.has(name) || ["yes", "no"].includes(name), `${short(file)}: .${name}`));
    }
  }
  for (const file of filesOf(".wxss")) {
    for (const [, selector] of read(file).matchAll(/^([^{@\n]+)\{/gm)) {
      assert.match(selector.trim(), /^(page|\.[\w-]+)$/, short(file));
    }
  }
});

test("privacy interfaces are declared, and nothing but the log writes to the console", () => {
  const text = JS.map(read).join("\n");
  const located = ["getLocation", "chooseLocation", "chooseAddress", "choosePoi"].filter((name) => text.includes(`wx.${name}(`));
  assert.deepEqual([...APP.requiredPrivateInfos].sort(), located.sort());
  assert.equal(APP.__usePrivacyCheck__, true);
  JS.filter((file) => /\bconsole\./.test(read(file))).forEach((file) => assert.equal(short(file), path.join("lib", "log.js")));
});

test("words of danger are those of the phone page", () => {
  const bare = (text) => text.replace(/^export /m, "").replace(/\nmodule\.exports = .*\n$/, "").trim();
  const page = read(path.join(REPOSITORY, "reports/static/h5/report/dangers.js"));
  assert.equal(bare(read(path.join(ROOT, "lib/dangers.js"))), bare(page));
});
