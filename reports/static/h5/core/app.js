/* Every page loads this one: large type, network, unread messages, sign-in, service worker, page changes. */

import { refreshBadge } from "./badge.js";
import { sendWaiting } from "./consent.js";
import { $, announce, config, errorText, toast } from "./ui.js";
import { startLarge } from "./large.js";
import { startSender } from "./sender.js";
import { signInAgain, startSession } from "./signin.js";

function showNetwork() {
  const box = $("#h5-offline");
  if (box.hidden === navigator.onLine) {
    return;
  }
  box.hidden = navigator.onLine;
  announce(navigator.onLine ? "网络已恢复" : "现在没有网络，写好的内容会先存在手机里");
}

function startNetwork() {
  window.addEventListener("online", () => {
    showNetwork();
    sendWaiting().catch(() => {});
    refreshBadge();
  });
  window.addEventListener("offline", showNetwork);
  showNetwork();
}

function startBack() {
  const back = $("#h5-back");
  if (!back) {
    return;
  }
  back.addEventListener("click", (event) => {
    // Back to where one came from keeps its place in the list; opened from a message there is nothing to go back to.
    const inside = document.referrer.startsWith(`${location.origin}/h5/`) && history.length > 1;
    if (inside) {
      event.preventDefault();
      history.back();
    }
  });
}

function startWorker() {
  if (!config.urls.worker || !("serviceWorker" in navigator)) {
    return;
  }
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(config.urls.worker, { scope: config.urls.home, type: "module" }).catch(() => {});
  });
}

/** Settled once the session is clear: pages wait for it before they ask for what is somebody's own. */
export const ready = startSession();

document.documentElement.dataset.started = "";
startLarge();
startNetwork();
startBack();
startWorker();
ready.then(() => {
  refreshBadge();
  sendWaiting().catch(() => {});
  startSender();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    refreshBadge();
  }
});
window.addEventListener("h5:sign-in", () => {
  signInAgain().catch((error) => toast(errorText(error), "bad"));
});
// Out of the back-forward cache: what was shown may be old.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    refreshBadge();
  }
});
