/* A phone with WeChat: it starts the app from its files, kills it, shows pages and lets a test read and press.
 *
 * Every start has modules, `wx` and a clock of its own. After a kill nothing of the old start acts any more, while
 * storage and saved files stay: that is what a draft has to survive. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { Files } = require("./files");
const { Network } = require("./network");
const { ROOT, TAPS, datasetOf, draw, field, tappable, words } = require("./render");
const { Storage } = require("./storage");
const { makeWx } = require("./wx");

const TABS = JSON.parse(fs.readFileSync(path.join(ROOT, "app.json"), "utf8")).tabBar.list.map((tab) => tab.pagePath);
// Shifted by WeChat itself: the same place in both systems.
const PLACE = { gcj02: [30.312345, 120.498765], wgs84: [30.314703, 120.494118], accuracy: 18 };
// Two townships at once on two slow processors take their time.
const PATIENCE_MS = 60000;
let names = 0;

class Phone {
  constructor(server, { name = "", album = [] } = {}) {
    names += 1;
    Object.assign(this, { server, name: name || `p${process.pid}x${names}`, album: [...album], codes: 0, starts: 0, key: 0 });
    Object.assign(this, { network: new Network(server), storage: new Storage(), files: new Files(), offline: false });
    Object.assign(this, { privacy: { agreed: true, listeners: [], pressed: "" }, location: { ...PLACE, fail: "" }, chosen: null });
    Object.assign(this, { shown: [], console: [], confirms: true, tapping: false, subscribeAsked: [], subscribeAnswer: () => "accept", pace: [5, 10], devName: "" });
  }

  nextCode() {
    this.codes += 1;
    return `${this.name}~${this.codes}`;
  }

  alive(key) {
    return key === this.key;
  }

  /* Starting and ending -------------------------------------------------------------------------- */

  start() {
    this.starts += 1;
    this.key = this.starts;
    Object.assign(this, { stack: [], modules: new Map(), definitions: new Map(), onShow: [], onHide: [], onNetwork: [] });
    this.privacy.listeners = [];
    const key = this.key;
    const later = (work, ms = 0, ...rest) => {
      const clock = setTimeout(() => this.alive(key) && work(...rest), ms);
      // What waits longer than a test does keeps no test from its end.
      return ms >= 1500 ? clock.unref() : clock;
    };
    const app = { definition: null };
    this.globals = {
      wx: makeWx(this, key),
      App: (definition) => (app.definition = definition),
      Page: (definition) => (this.defined = definition),
      getCurrentPages: () => this.stack.slice(),
      setTimeout: later,
      clearTimeout,
      console: Object.fromEntries(["log", "info", "warn", "error"].map((level) => [level, (...told) => this.console.push(told.join(" "))])),
    };
    Object.assign(this.require("config.js"), { server: this.server, devName: this.devName });
    // A test waits for what the client waits for; other clocks (the sender's next try) hold no test up.
    const sleep = (ms) => new Promise((resolve) => setTimeout(() => this.alive(key) && resolve(), ms));
    Object.assign(this.require("lib/timing.js"), { pauses: this.pace, sleep });
    this.require("app.js");
    app.definition.onLaunch({});
    return this;
  }

  /** Take the app out of memory, as a phone does without asking. */
  kill() {
    this.key = 0;
    this.stack = [];
    this.files.forgetTemporary();
  }

  restart() {
    this.kill();
    return this.start();
  }

  leave() {
    this.onHide.slice().forEach((listener) => listener());
  }

  comeBack() {
    this.onShow.slice().forEach((listener) => listener());
  }

  setLine(isConnected) {
    this.offline = !isConnected;
    this.onNetwork.slice().forEach((listener) => listener({ isConnected, networkType: isConnected ? "4g" : "none" }));
  }

  /** Return a module of the client as this start of the app sees it. */
  require(name) {
    const file = path.join(ROOT, name);
    const known = this.modules.get(file);
    if (known) {
      return known.exports;
    }
    const module = { exports: {} };
    this.modules.set(file, module);
    const parameters = ["require", "module", "exports", ...Object.keys(this.globals)];
    const run = vm.compileFunction(fs.readFileSync(file, "utf8"), parameters, { filename: file });
    const near = (wanted) => this.require(path.relative(ROOT, `${path.resolve(path.dirname(file), wanted)}.js`));
    run(near, module, module.exports, ...Object.values(this.globals));
    return module.exports;
  }

  /* Pages ------------------------------------------------------------------------------------------ */

  navigate(url, how = "navigateTo") {
    const [route, query = ""] = url.replace(/^\//, "").split("?");
    assert.equal(TABS.includes(route), how === "switchTab", `${how} to ${route}`);
    const options = Object.fromEntries(query.split("&").filter(Boolean).map((pair) => pair.split("=")));
    this.leavePages(how);
    const page = this.makePage(route);
    page.options = options;
    this.stack.push(page);
    page.loaded = Promise.resolve(page.onLoad ? page.onLoad(options) : null);
    page.shown = Promise.resolve(page.onShow ? page.onShow() : null);
    return page;
  }

  leavePages(how) {
    const top = this.stack[this.stack.length - 1];
    if (how === "navigateTo" && top && top.onHide) {
      top.onHide();
    }
    const gone = how === "switchTab" ? this.stack.splice(0) : how === "redirectTo" ? this.stack.splice(-1) : [];
    gone.forEach((page) => page.onUnload && page.onUnload());
  }

  makePage(route) {
    if (!this.definitions.has(route)) {
      this.require(`${route}.js`);
      this.definitions.set(route, this.defined);
    }
    const defined = this.definitions.get(route);
    const page = { ...defined, route, data: JSON.parse(JSON.stringify(defined.data || {})) };
    page.setData = (patch) => Object.keys(patch).forEach((name) => assign(page.data, name, patch[name]));
    return page;
  }

  /** Open a page as a person does, and wait until it has loaded. */
  async open(url) {
    const page = this.navigate(url, TABS.includes(url.split("?")[0]) ? "switchTab" : "navigateTo");
    await Promise.all([page.loaded, page.shown]);
    return page;
  }

  back() {
    const page = this.stack.pop();
    page.onUnload && page.onUnload();
    const below = this.stack[this.stack.length - 1];
    return below && below.onShow ? below.onShow() : null;
  }

  get page() {
    return this.stack[this.stack.length - 1];
  }

  /** All that can be read on the screen now. */
  read() {
    return words(draw(this.page.route, this.page.data));
  }

  /** Press what says `label`; resolves when its handler has finished. */
  async tap(label, { nth = 0 } = {}) {
    const { page } = this;
    const found = tappable(draw(page.route, page.data), label, nth);
    assert.ok(found, `nothing to press says “${label}” on ${page.route}:\n${this.read()}`);
    const { node } = found;
    const { attr } = node;
    const event = { type: "tap", currentTarget: { id: attr.id || "", dataset: datasetOf(node) }, detail: {} };
    const handler = attr.openType === "agreePrivacyAuthorization" ? attr.bindagreeprivacyauthorization : attr[TAPS.find((name) => attr[name])];
    this.privacy.pressed = attr.openType === "agreePrivacyAuthorization" ? attr.id : "";
    this.tapping = true;
    const done = page[handler](event);
    this.tapping = false; // as soon as something is awaited WeChat no longer counts it as a tap
    await done;
  }

  /** Type into a field, or set a switch. */
  type(name, value) {
    const { page } = this;
    const node = field(draw(page.route, page.data), name);
    assert.ok(node, `no field “${name}” on ${page.route}:\n${this.read()}`);
    const handler = node.attr.bindinput || node.attr.bindchange;
    return page[handler]({ currentTarget: { id: node.attr.id || "", dataset: datasetOf(node) }, detail: { value } });
  }

  /** Press 发送 on the page 报问题; cases near by are another matter. */
  async send() {
    await this.tap("发送");
    if (this.page.data.near) {
      await this.tap("都不是，照样发送");
    }
  }

  /** Wait until the screen says `text`. */
  async sees(text) {
    await until(() => this.read().includes(text), () => `“${text}” on ${this.page.route}:\n${this.read()}\nshown: ${JSON.stringify(this.shown.slice(-3))}`);
  }

  /** What was said over the page lately (toasts and dialogs). */
  said() {
    return this.shown.filter(({ name }) => name === "toast" || name === "modal").map(({ title, content }) => [title, content].filter(Boolean).join("："));
  }
}

function assign(data, name, value) {
  assert.notEqual(value, undefined, `setData: ${name} is undefined`);
  const copy = JSON.parse(JSON.stringify(value));
  const parts = name.split(".");
  const last = parts.pop();
  const owner = parts.reduce((row, part) => (row[part] = row[part] || {}), data);
  owner[last] = copy;
}

/** Wait until `done()`, a minute at most. */
async function until(done, tell = () => "it never came") {
  const end = Date.now() + PATIENCE_MS;
  while (!(await done())) {
    assert.ok(Date.now() < end, `waited in vain: ${tell()}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

module.exports = { Phone, until };
