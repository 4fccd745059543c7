/* Building the page from nodes: what somebody wrote can never become markup. */

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden"]);

/**
 * Build an element. `attrs`: `class`, `text`, `data: {}`, `style: {}` (CSS properties through the object
 * model), functions as listeners, everything else an attribute. Children: nodes, strings, arrays, null.
 */
export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) put(node, name, value);
  return add(node, children);
}

function put(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "text") node.textContent = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "style") for (const [property, text] of Object.entries(value)) node.style.setProperty(property, text);
  else if (typeof value === "function") node.addEventListener(name, value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) node.append(child);
  }
  return node;
}

/** Replace what is in a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

export const byId = (id) => document.getElementById(id);

/** A name or a number: a link where there is something behind it, else plain text. */
export function linked(text, url, attrs = {}) {
  return url ? el("a", { ...attrs, href: url }, text) : el("span", attrs, text);
}
