/* Runs before the first paint, as a plain script: the page must not flash small and then grow. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    if (localStorage.getItem("xc.large") === "1") {
      root.classList.add("large");
    }
  } catch (error) {
    // Storage is closed (private window): the normal type is a good default.
  }
  if (/MicroMessenger/i.test(navigator.userAgent)) {
    root.classList.add("in-wechat");
  }
  // A part that does not arrive, or a browser that cannot read it, must not leave an empty page.
  function sayBroken() {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", sayBroken);
    } else {
      document.getElementById("h5-broken").hidden = false;
    }
  }
  // What others put into a page may fail as well; that need not concern ours.
  function sayUnlessStarted() {
    if (!("started" in root.dataset)) {
      sayBroken();
    }
  }
  window.addEventListener(
    "error",
    function (event) {
      var gone = event.target && event.target.tagName === "SCRIPT";
      if (gone) {
        sayBroken();
      } else {
        setTimeout(sayUnlessStarted, 3000);
      }
    },
    true,
  );
  if (!("noModule" in HTMLScriptElement.prototype)) {
    sayBroken();
  }
})();
