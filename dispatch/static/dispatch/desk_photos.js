// Photos of the case in one viewer: zoom and rotation by buttons, wheel, touch and keys.
"use strict";
(() => {
  const TITLES = {
    "zoom-in": "放大（↑）", "zoom-out": "缩小（↓）", "one-to-one": "原始大小", reset: "还原",
    prev: "上一张（←）", next: "下一张（→）", "rotate-left": "向左旋转（[）", "rotate-right": "向右旋转（]）",
  };
  let viewer = null, shown = false;

  const label = () =>
    Object.entries(TITLES).forEach(([action, title]) => {
      const button = document.querySelector(`.viewer-container [data-viewer-action="${action}"]`);
      if (!button) return;
      button.title = title;
      button.setAttribute("aria-label", title);
    });

  window.xcDeskPhotos = {
    get open() { return shown; },
    bind(pane) {
      if (viewer) viewer.destroy();
      viewer = null;
      shown = false;
      if (!window.Viewer || !pane.querySelector(".xd-thumb")) return;
      viewer = new window.Viewer(pane, {
        url: (image) => image.dataset.large,
        filter: (image) => image.classList.contains("xd-thumb"),
        title: (image) => image.alt,
        toolbar: {
          zoomIn: true, zoomOut: true, oneToOne: true, reset: true, prev: true, next: true,
          rotateLeft: true, rotateRight: true,
        },
        transition: false, zIndex: 5000, loop: false,
        ready: label, shown() { shown = true; label(); }, hidden() { shown = false; },
      });
      pane.querySelectorAll(".xd-thumb").forEach((image, index) =>
        image.addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            viewer.view(index);
          }
        }),
      );
    },
    show() { if (viewer) viewer.view(0); },
    // Arrows and Escape are the viewer's own keys.
    key(key) {
      if (key === "[") viewer.rotate(-90);
      if (key === "]") viewer.rotate(90);
    },
  };
})();
