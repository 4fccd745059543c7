/* Building the page without strings of HTML: nothing a person typed can become markup. */

/** The settings the server wrote into the page: `{urls, static, place, now}`. */
export const config = JSON.parse(document.getElementById("h5-config").textContent);

/**
 * Build an element. `attrs`: `class`, `text`, `dataset: {}`, `style: {}` (CSS properties), `on: {event: fn}`,
 * `onclick`-like functions, booleans, everything else an attribute. Children: nodes, strings, arrays, null.
 */
export function el(tag, attrs = null, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    put(node, name, value);
  }
  append(node, children);
  return node;
}

function put(node, name, value) {
  if (value === undefined || value === null || value === false) {
    return;
  }
  if (name === "class") {
    node.className = value;
  } else if (name === "text") {
    node.textContent = value;
  } else if (name === "dataset") {
    Object.assign(node.dataset, value);
  } else if (name === "style") {
    // Through the object model: the page's policy forbids style attributes.
    for (const [property, text] of Object.entries(value)) {
      node.style.setProperty(property, text);
    }
  } else if (name === "on") {
    for (const [event, listener] of Object.entries(value)) {
      node.addEventListener(event, listener);
    }
  } else if (typeof value === "function") {
    node.addEventListener(name.replace(/^on/, ""), value);
  } else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") {
    node[name] = value;
  } else {
    node.setAttribute(name, value === true ? "" : value);
  }
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) {
      node.append(child);
    }
  }
}

/** Replace what is in a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** The first match, in the document or below `root`. */
export const $ = (selector, root = document) => root.querySelector(selector);
/** All matches, as an array. */
export const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite in the page (names: reports/h5/icons.py); decoration unless it has a label. */
export function icon(name, { label = "", size = "" } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon${size ? ` icon-${size}` : ""}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A button; `kind`: primary, plain, danger, link. */
export function button(text, { kind = "plain", icon: name = "", onclick, type = "button", ...attrs } = {}) {
  return el("button", { class: `btn btn-${kind}`, type, onclick, ...attrs }, name ? icon(name) : null, el("span", { text }));
}

/** A link that looks like a button. */
export function linkButton(text, href, { kind = "plain", icon: name = "", ...attrs } = {}) {
  return el("a", { class: `btn btn-${kind}`, href, ...attrs }, name ? icon(name) : null, el("span", { text }));
}
