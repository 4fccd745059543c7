// Picks days by click (two clicks make a span) and follows how far the due dates are.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("cal-form");
  const days = [...document.querySelectorAll("[data-day]")];
  let anchor = "";

  const mark = (first, last) => {
    days.forEach((day) => day.classList.toggle("cal-picked", day.dataset.day >= first && day.dataset.day <= last));
  };
  const pick = (day) => {
    const { first, last } = form.elements;
    if (anchor && anchor !== day.dataset.day) {
      [first.value, last.value] = [anchor, day.dataset.day].sort();
      anchor = "";
    } else {
      first.value = last.value = anchor = day.dataset.day;
      if (day.dataset.name && !form.elements.name.value) form.elements.name.value = day.dataset.name;
    }
    mark(first.value, last.value);
  };
  if (form) {
    days.forEach((day) => day.addEventListener("click", () => pick(day)));
    ["first", "last"].forEach((name) =>
      form.elements[name].addEventListener("change", () => mark(form.elements.first.value, form.elements.last.value)),
    );
    if (form.elements.first.value) mark(form.elements.first.value, form.elements.last.value);
  }

  const log = document.getElementById("cal-changes");
  const watch = async () => {
    const rows = [...log.querySelectorAll("[data-open]")];
    if (!rows.length) return;
    try {
      const answer = await fetch(log.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const open = new Map((await answer.json()).open.map((row) => [String(row.id), row]));
      rows.forEach((row) => {
        const now = open.get(row.dataset.change);
        if (now) {
          row.querySelector("[data-status]").textContent = now.status;
          row.querySelector("[data-moved]").textContent = now.moved;
        } else {
          row.removeAttribute("data-open");
          row.querySelector("[data-status]").textContent = "已完成";
        }
      });
    } catch {
      // The next look tries again.
    }
    setTimeout(watch, 3000);
  };
  if (log) setTimeout(watch, 1500);
});
