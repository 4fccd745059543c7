// The candidate buttons: keys 1 and 2 press them, a complete one asks once and then dispatches.
document.addEventListener("DOMContentLoaded", () => {
  const buttons = [...document.querySelectorAll("[data-candidate]")];
  if (!buttons.length) return;

  buttons.forEach((button) => {
    const dialog = document.getElementById(button.dataset.dialog || "");
    if (!dialog || !dialog.showModal) return;
    button.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      dialog.showModal();
    });
    dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", (event) => {
      // One press sends once; the browser's way back makes the button usable again.
      const send = event.target.querySelector("button[type=submit]");
      window.setTimeout(() => { send.disabled = true; }, 0);
      window.addEventListener("pageshow", () => { send.disabled = false; }, { once: true });
    });
  });

  const isTyping = (element) =>
    element.isContentEditable || !!element.closest("input, textarea, select, [role=textbox], .select2-container");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const button = buttons.find((row) => row.dataset.candidate === event.key);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
});
