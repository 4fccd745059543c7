// Offers the standard replies above their text box and fills their placeholders from ticket and form.
// The triage desk calls it for every form that it opens.
window.xcOfferReplies = (form) => {
  const source = document.getElementById("xc-replies");
  if (!source || !form) return;
  const data = JSON.parse(source.textContent);

  const chosen = (name) => {
    const control = form.elements[data.form[name]];
    if (!control || !control.value) return "";
    if (control.tagName !== "SELECT") return control.value.replace("T", " ");
    return control.options[control.selectedIndex].text.replace(/^\d{4} /, "");
  };
  const fill = (text) =>
    text.replace(/\{([^{}\n]+)\}/g, (all, name) => chosen(name) || data.values[name] || all);

  ["public_text", "note"].forEach((field) => {
    const box = form.elements[field];
    const replies = data.replies.filter((reply) => reply.field === field);
    if (!box || !replies.length) return;
    const line = document.createElement("div");
    line.className = "xc-reply";
    const select = document.createElement("select");
    select.className = "xc-select";
    select.id = `xc-reply-${field}`;
    select.setAttribute("aria-label", "标准答复");
    select.add(new Option("选用标准答复…", ""));
    replies.forEach((reply, index) => select.add(new Option(reply.name, String(index))));
    const hint = document.createElement("small");
    hint.className = "xc-soft";
    line.append(select, hint);
    box.before(line);

    let used = null;
    let written = "";
    const write = () => {
      const text = fill(used.text);
      const own = box.value.trim();
      box.value = own && own !== written ? `${box.value.replace(written, "").trim()}\n${text}`.trim() : text;
      written = text;
      const open = text.match(/\{[^{}\n]+\}/g);
      hint.textContent = open ? `还要改：${open.join("、")}` : "可以修改后再提交";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    select.addEventListener("change", () => {
      used = replies[Number(select.value)];
      if (select.value === "" || !used) return;
      write();
    });
    // What is chosen later fills what is still open, as long as nobody has edited the text.
    form.addEventListener("change", (event) => {
      if (used && event.target !== select && box.value === written && fill(used.text) !== written) write();
    });
  });
};
document.addEventListener("DOMContentLoaded", () => window.xcOfferReplies(document.getElementById("xc-form")));
