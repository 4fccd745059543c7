/* Every page loads this one: large type, network, unread messages, sign-in, sender, service worker, page changes. */

import { $, announce, config, errorText, fetched, toast } from "./ui.js";
import { startLarge } from "./large.js";

/** Settled when the page is drawn and its own scripts are here: what can wait is fetched after that. */
export const loaded = new Promise((resolve) => {
  if (document.readyState === "complete") {
    resolve();
  } else {
    window.addEventListener("load", resolve, { once: true });
  }
});

// On a slow line a script that is fetched too early costs others their place in the queue.
function sendConsents() {
  import("./consent.js").then(({ sendWaiting }) => sendWaiting()).catch(() => {});
}

function showUnread() {
  if ($("[data-unread]")) {
    import("./badge.js").then(({ refreshBadge }) => refreshBadge()).catch(() => {});
  }
}

/* Only WeChat has something to settle before a page may ask: the way there, or what was sent back. */
async function startSession() {
  const query = new URLSearchParams(location.search);
  if (/MicroMessenger/i.test(navigator.userAgent) || (query.has("code") && query.has("state"))) {
    const signin = await import("./signin.js").catch(() => null);
    await signin?.startSession();
  }
}

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
    sendConsents();
    showUnread();
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

async function startWorker() {
  if (!config.urls.worker || !("serviceWorker" in navigator)) {
    return;
  }
  navigator.serviceWorker.register(config.urls.worker, { scope: config.urls.home, type: "module" }).catch(() => {});
}

async function startLater() {
  await Promise.all([ready, loaded]);
  showUnread();
  sendConsents();
  // What is queued goes before what the worker wants to keep.
  await import("./sender.js").then(({ startSender }) => startSender()).catch(() => {});
}

/** Settled once the session is clear: pages wait for it before they ask for what is somebody's own. */
export const ready = startSession();

document.documentElement.dataset.started = "";
startLarge();
startNetwork();
startBack();
startLater();
loaded.then(startWorker);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    showUnread();
  }
});
window.addEventListener("h5:sign-in", () => {
  fetched(import("./signin.js"))
    .then(({ signInAgain }) => signInAgain())
    .catch((error) => toast(errorText(error), "bad"));
});
// Out of the back-forward cache: what was shown may be old.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    showUnread();
  }
});
