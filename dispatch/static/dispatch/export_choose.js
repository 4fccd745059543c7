// Ticks all columns or none; without any the export would have all of them, so it waits for one.
document.addEventListener("DOMContentLoaded", () => {
  const page = document.getElementById("xc-export-choose");
  if (!page) return;
  const boxes = [...page.querySelectorAll('input[name="columns"]')];
  const go = document.getElementById("xc-export-go");
  const look = () => {
    if (go) go.disabled = !boxes.some((box) => box.checked);
  };
  const tick = (checked) => {
    boxes.forEach((box) => {
      box.checked = checked;
    });
    look();
  };
  page.querySelector("[data-all]").addEventListener("click", () => tick(true));
  page.querySelector("[data-none]").addEventListener("click", () => tick(false));
  boxes.forEach((box) => box.addEventListener("change", look));
});
