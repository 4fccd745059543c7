/* Photos of a case: small ones in the page, one large with zoom when touched. The viewer is loaded then. */

import { $$, el, toast } from "../core/ui.js";
import { assets } from "./assets.js";
import { local } from "./parts.js";

const TITLES = { before: "办理前", after: "办理后" };

/**
 * Show photos as a strip of buttons; `caption` is what a reader hears before the count.
 * A photo without a link yet (being processed, broken) says so instead of showing a hole.
 */
export function strip(photos, caption) {
  if (!photos.length) {
    return null;
  }
  const shown = photos.filter((photo) => photo.url);
  return el(
    "ul",
    { class: "case-photos", "aria-label": `${caption}，${photos.length} 张` },
    photos.map((photo, index) => el("li", null, photo.url ? tile(photo, shown, `${caption}第 ${index + 1} 张`) : waiting(photo))),
  );
}

function tile(photo, shown, label) {
  const image = el("img", { src: local(photo.thumbnail_url), alt: label, loading: "lazy", decoding: "async", width: "96", height: "96" });
  image.addEventListener("error", () => image.replaceWith(el("span", { class: "case-photo-note", text: "照片暂时打不开" })), { once: true });
  return el("button", { type: "button", class: "case-photo", "aria-label": `${label}，放大`, onclick: () => enlarge(shown, shown.indexOf(photo)) }, image);
}

function waiting(photo) {
  const text = photo.failure || photo.status === "broken" ? "照片损坏" : "照片处理中";
  return el("span", { class: "case-photo case-photo-note", text });
}

async function enlarge(photos, index) {
  try {
    await Promise.all([assets.style("viewerCss"), assets.script("viewer")]);
  } catch {
    // Without the viewer the picture itself is still one touch away.
    toast("放大功能没有加载出来，直接打开照片");
    window.open(local(photos[index].url), "_blank", "noopener");
    return;
  }
  const back = document.activeElement;
  const stage = el("div", { hidden: true }, photos.map((photo, at) => el("img", { src: local(photo.url), alt: `${TITLES[photo.kind] || "照片"} ${at + 1} / ${photos.length}` })));
  document.body.append(stage);
  const viewer = new window.Viewer(stage, {
    initialViewIndex: index,
    navbar: false,
    title: [1, (image) => image.alt],
    transition: false,
    ready: nameButtons,
    toolbar: { prev: photos.length > 1, zoomIn: true, zoomOut: true, rotateRight: true, next: photos.length > 1 },
    hidden() {
      viewer.destroy();
      stage.remove();
      if (back && back.isConnected) {
        back.focus({ preventScroll: true });
      }
    },
  });
  viewer.show();
}

const BUTTONS = { prev: "上一张", next: "下一张", "zoom-in": "放大", "zoom-out": "缩小", "rotate-right": "旋转", mix: "关闭" };

function nameButtons() {
  // The viewer makes buttons of list items: then their list is none.
  $$(".viewer-toolbar ul").forEach((list) => list.setAttribute("role", "group"));
  for (const [action, label] of Object.entries(BUTTONS)) {
    for (const node of $$(`.viewer-container [data-viewer-action="${action}"]`)) {
      node.setAttribute("aria-label", label);
      node.setAttribute("title", label);
    }
  }
}

/** Before and after side by side, under their names; null when there is nothing of either. */
export function comparison(before, after) {
  if (!after.length) {
    return before.length ? strip(before, "上报照片") : null;
  }
  const side = (title, photos, none) =>
    el("div", { class: "case-side" }, el("h3", { text: title }), strip(photos, title) || el("p", { class: "hint", text: none }));
  return el("div", { class: "case-compare" }, side("办理前", before, "上报时没有照片"), side("办理后", after, ""));
}
