// Small helps of the action form: units follow the category, one press sends once.
// The searchable selects make their search boxes without a name for a screen reader.
const nameSearchBoxes = () => document.querySelectorAll(".select2-search__field:not([aria-label])")
  .forEach((box) => box.setAttribute("aria-label", "输入文字查找选项"));
window.addEventListener("load", nameSearchBoxes);
document.addEventListener("focusin", nameSearchBoxes);
// They are made anew whenever something is chosen.
document.addEventListener("DOMContentLoaded", () =>
  new MutationObserver(nameSearchBoxes).observe(document.body, { childList: true, subtree: true }));

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("xc-form");
  if (!form) return;
  form.addEventListener("submit", () => {
    const button = document.getElementById("xc-submit");
    window.setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener("pageshow", () => { document.getElementById("xc-submit").disabled = false; });

  document.querySelectorAll("[data-target]").forEach((link) =>
    link.addEventListener("click", (event) => {
      event.preventDefault();
      form.elements.target_ticket.value = link.dataset.target;
      form.elements.target_ticket.focus();
    }),
  );

  // The text of where to go follows the reason until somebody has written words of their own.
  const referrals = document.getElementById("xc-referrals");
  if (referrals) {
    const texts = JSON.parse(referrals.textContent);
    const reason = form.elements.reject_reason;
    const answer = form.elements.public_text;
    const fill = () => {
      const untouched = !answer.value.trim() || Object.values(texts).includes(answer.value);
      if (untouched && texts[reason.value]) answer.value = texts[reason.value];
    };
    reason.addEventListener("change", fill);
    fill();
  }

  const source = document.getElementById("xc-duties");
  const category = form.querySelector("[data-xc-category]");
  const jquery = window.django && window.django.jQuery;
  if (!source || !category || !jquery) return;
  const duties = JSON.parse(source.textContent);
  jquery(category).on("change", () => {
    const duty = duties[category.value];
    if (!duty) return;
    jquery(form.elements.lead_department).val(duty.lead ? String(duty.lead) : "").trigger("change");
    jquery(form.elements.assisting).val(duty.assisting.map(String)).trigger("change");
  });
});
