/* Files of npm packages that a page fetches only when needed; their hashed addresses stand in the page. */

import { $, el } from "../core/ui.js";

const fetched = new Map();

function once(name, make) {
  if (!fetched.has(name)) {
    const wanted = new Promise((resolve, reject) => {
      const href = $("#case-assets").dataset[name];
      const node = make(href);
      node.addEventListener("load", resolve);
      node.addEventListener("error", () => {
        node.remove();
        fetched.delete(name);
        reject(new Error(`${name} was not loaded`));
      });
      document.head.append(node);
    });
    fetched.set(name, wanted);
  }
  return fetched.get(name);
}

export const assets = {
  script: (name) => once(name, (src) => el("script", { src })),
  style: (name) => once(name, (href) => el("link", { rel: "stylesheet", href })),
};
