/* A page as HTML, to be looked at in a browser: WeChat's compiler makes the tree, this makes tags of it.
 *
 * A look and no proof: fonts, WeChat's own controls and safe areas differ. 750 rpx are the width of the screen. */

const fs = require("node:fs");
const path = require("node:path");

const { ROOT, draw } = require("./render");

const WIDTH = 390;
const EMPTY_PIXEL = "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><rect width='4' height='4' fill='%23b9c9bf'/></svg>";
const BASE = `
* { box-sizing: border-box; } body { margin: 0; font-family: "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
wx-view, wx-button { display: block; } wx-text { white-space: pre-wrap; } textarea, input { font: inherit; resize: none; }
wx-switch { width: 52px; height: 32px; border-radius: 16px; background: #dfdfdf; flex: none; position: relative; }
wx-switch::after { content: ""; position: absolute; width: 28px; height: 28px; left: 2px; top: 2px; border-radius: 50%; background: #fff; }
wx-switch[checked] { background: #0b6b3e; } wx-switch[checked]::after { left: 22px; }
.wx-nav { background: #0b6b3e; color: #fff; text-align: center; padding: 12px; font-size: 17px; font-weight: 600; }
.wx-tabs { position: fixed; left: 0; right: 0; bottom: 0; display: flex; background: #fff; border-top: 1px solid #ddd; z-index: 5; }
.wx-tabs span { flex: 1; text-align: center; padding: 14px 0; font-size: 14px; color: #4a524d; } .wx-tabs .on { color: #0b6b3e; font-weight: 600; }`;

function read(name) {
  return fs.readFileSync(path.join(ROOT, name), "utf8");
}

function css(name) {
  return read(name)
    .replace(/(-?[\d.]+)rpx/g, (_all, number) => `${(Number(number) * WIDTH) / 750}px`)
    .replace(/(^|\s)page\b/g, "$1body");
}

function escape(text) {
  return String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function tag(node) {
  if (typeof node !== "object") {
    return escape(node);
  }
  const { attr = {}, children = [] } = node;
  const shape = ` class="${escape(attr.class || "")}" style="${escape(attr.style || "")}"`;
  if (node.tag === "wx-textarea") {
    return `<textarea${shape} placeholder="${escape(attr.placeholder || "")}">${escape(attr.value || "")}</textarea>`;
  }
  if (node.tag === "wx-input") {
    return `<input${shape} placeholder="${escape(attr.placeholder || "")}" value="${escape(attr.value || "")}">`;
  }
  if (node.tag === "wx-image") {
    return `<img${shape} src="${/^(http:\/\/127\.|data:)/.test(attr.src) ? escape(attr.src) : EMPTY_PIXEL}" alt="">`;
  }
  if (node.tag === "wx-switch") {
    return `<wx-switch${attr.checked ? " checked" : ""}></wx-switch>`;
  }
  const inner = children.map(tag).join("");
  return /^wx-(view|text|button)$/.test(node.tag) ? `<${node.tag}${shape}>${inner}</${node.tag}>` : inner;
}

/** Return a whole HTML document of a page drawn with `data`. */
function htmlOf(page, data) {
  const app = JSON.parse(read("app.json"));
  const own = JSON.parse(read(`${page}.json`));
  const tabs = app.tabBar.list.map(({ pagePath, text }) => `<span class="${pagePath === page ? "on" : ""}">${text}</span>`).join("");
  const isTab = app.tabBar.list.some(({ pagePath }) => pagePath === page);
  const title = own.navigationBarTitleText || app.window.navigationBarTitleText;
  return `<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>${BASE}${css("app.wxss")}${css(`${page}.wxss`)}</style><body><div class="wx-nav">${title}</div>${tag(draw(page, data))}${isTab ? `<div class="wx-tabs">${tabs}</div>` : ""}</body></html>`;
}

module.exports = { htmlOf };
