// Small helps of the desk's inline forms: searchable choices, units that follow the category, drafts.
"use strict";
(() => {
  const jquery = () => window.django && window.django.jQuery;

  function follow(form) {
    const source = document.getElementById("xd-duties"), $ = jquery();
    const category = form.querySelector("[data-xc-category]");
    if (!source || !category || !$) return;
    const duties = JSON.parse(source.textContent);
    $(category).on("change", () => {
      const duty = duties[category.value];
      if (!duty) return;
      $(form.elements.lead_department).val(duty.lead ? String(duty.lead) : "").trigger("change");
      $(form.elements.assisting).val(duty.assisting.map(String)).trigger("change");
    });
  }

  window.xcDeskForm = {
    prepare(form) {
      const $ = jquery();
      if ($) $(form).find(".unfold-admin-autocomplete").select2({ width: "100%" });
      follow(form);
      const wrong = form.querySelector(".xc-invalid select, .xc-invalid input, .xc-invalid textarea");
      const first = [...form.elements].find((field) => field.type !== "hidden" && !field.classList.contains("select2-search__field"));
      const field = wrong || first;
      if (!field) return;
      const combo = field.classList.contains("select2-hidden-accessible") && field.nextElementSibling.querySelector(".select2-selection");
      (combo || field).focus();
    },
    // What the person typed, kept over a reload of the case that somebody else changed meanwhile.
    draft(form) {
      const kept = [...new FormData(form).entries()].filter(([name]) => !["version", "kept_photos"].includes(name));
      return { action: form.getAttribute("action"), kept };
    },
    restore(form, draft) {
      const values = {};
      draft.kept.forEach(([name, value]) => (values[name] ||= []).push(value));
      Object.entries(values).forEach(([name, list]) => {
        const field = form.elements[name];
        if (!field) return;
        if (field.multiple) [...field.options].forEach((option) => { option.selected = list.includes(option.value); });
        else field.value = list[0];
        if (jquery()) jquery()(field).trigger("change.select2");
      });
    },
    closeChoices(form) {
      const $ = jquery();
      const open = form.querySelector(".select2-container--open");
      if (!open || !$) return false;
      $(form).find(".select2-hidden-accessible").select2("close");
      return true;
    },
  };
})();
