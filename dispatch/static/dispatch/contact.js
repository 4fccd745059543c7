/* The number goes from the screen after its time, and when the page is left: "back" shows no number. */
"use strict";
(function () {
  const phone = document.getElementById("xc-phone");
  const note = document.getElementById("xc-phone-note");
  if (!phone) return;
  function hide() {
    phone.textContent = "号码已隐藏";
    note.textContent = "需要再次查看时，请返回工单重新填写理由。";
  }
  window.setTimeout(hide, Number(phone.dataset.seconds) * 1000);
  window.addEventListener("pagehide", hide);
})();
