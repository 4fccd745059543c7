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
})();
