/* WXML as WeChat's own compiler understands it (npm miniprogram-compiler holds its wcc): page + data → tree → words. */

const path = require("node:path");

const { wxmlToJs } = require("miniprogram-compiler");

const ROOT = path.resolve(__dirname, "../../../../clients/miniprogram");
const TAPS = ["bindtap", "catchtap"];
let compiled = null;

/** Compile every WXML of the client, once; a fault in one of them throws with WeChat's words. */
function compile() {
  if (!compiled) {
    global.window = global.window || { __webview_engine_version__: 0.02 }; // what the compiled code asks for
    compiled = new Function(wxmlToJs(ROOT))();
  }
  return compiled;
}

/** Return the tree of a page, e.g. "pages/home/index", drawn with `data`. */
function draw(page, data) {
  const make = compile()(`${page}.wxml`);
  if (!make) {
    throw new Error(`no WXML of ${page}`);
  }
  return make(JSON.parse(JSON.stringify(data)));
}

function hidden(node) {
  return node.attr && node.attr.hidden === true;
}

function* walk(node, above = []) {
  if (typeof node === "string" || hidden(node)) {
    return;
  }
  yield { node, above };
  for (const child of node.children || []) {
    yield* walk(child, [...above, node]);
  }
}

/** The words of a node as a person reads them: blocks on lines of their own. */
function textOf(node) {
  if (typeof node !== "object") {
    return String(node);
  }
  if (hidden(node)) {
    return "";
  }
  const { tag, attr = {}, children = [] } = node;
  if (tag === "wx-textarea" || tag === "wx-input") {
    return `\n[${attr.value || attr.placeholder || ""}]\n`;
  }
  if (tag === "wx-switch") {
    return attr.checked ? "\n(开)\n" : "\n(关)\n";
  }
  const inner = children.map(textOf).join("");
  return tag === "wx-view" || tag === "wx-button" ? `\n${inner}\n` : inner;
}

/** All words of a page, one line each. */
function words(tree) {
  return textOf(tree)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");
}

function datasetOf({ attr = {} }) {
  const names = Object.keys(attr).filter((name) => name.startsWith("data-"));
  return Object.fromEntries(names.map((name) => [name.slice(5).replace(/-([a-z])/g, (_all, sign) => sign.toUpperCase()), attr[name]]));
}

/** Return what can be tapped and says `label`: the smallest of them, the `nth` in order. */
function tappable(tree, label, nth = 0) {
  const fits = [...walk(tree)].filter(({ node }) => {
    const attr = node.attr || {};
    const acts = TAPS.some((name) => attr[name]) || attr.openType;
    return acts && (words(node).includes(label) || attr.ariaLabel === label || attr["aria-label"] === label);
  });
  const shortest = Math.min(...fits.map(({ node }) => words(node).length));
  const same = fits.filter(({ node }) => words(node).length === shortest);
  return same[nth] || null;
}

/** Return the field with this id, or whose placeholder begins so. */
function field(tree, name) {
  const found = [...walk(tree)].find(({ node }) => {
    const attr = node.attr || {};
    return ["wx-input", "wx-textarea", "wx-switch"].includes(node.tag) && (attr.id === name || String(attr.placeholder || "").startsWith(name) || attr.ariaLabel === name || attr["aria-label"] === name);
  });
  return found ? found.node : null;
}

/** Every handler that the tree names: `{handler, name}`. */
function handlers(tree) {
  return [...walk(tree)].flatMap(({ node }) =>
    Object.entries(node.attr || {})
      .filter(([name]) => /^(bind|catch)/.test(name))
      .map(([name, handler]) => ({ name, handler })),
  );
}

module.exports = { ROOT, TAPS, compile, datasetOf, draw, field, handlers, tappable, walk, words };
