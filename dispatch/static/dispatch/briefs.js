// The editor of a brief: counts characters, keeps what was typed until it is saved.
"use strict";
(() => {
  const form = document.getElementById("xb-editor");
  if (!form) return;
  const areas = [...form.querySelectorAll("textarea")];
  const saved = Object.fromEntries(areas.map((area) => [area.name, area.defaultValue]));
  const state = document.getElementById("xb-state"), kept = document.getElementById("xb-kept");
  const key = `xc-${form.dataset.key}`;
  // Page words that a refusal brought back are the newest there are.
  const refused = Boolean(document.getElementById("xb-trouble"));

  const read = () => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (value) => {
    try { value ? localStorage.setItem(key, JSON.stringify(value)) : localStorage.removeItem(key); } catch { /* full or forbidden: the page still has it */ }
  };
  const changed = () => areas.filter((area) => area.value !== saved[area.name]);

  function count(area) {
    const limit = Number(area.dataset.limit), length = [...area.value].length;
    const note = area.parentElement.querySelector(".xb-count");
    note.textContent = `${length} / ${limit} 字`;
    note.classList.toggle("xb-over", length > limit);
  }

  function keep() {
    const now = changed();
    state.textContent = now.length ? `有 ${now.length} 段还没有保存` : "";
    write(now.length ? { version: form.dataset.version, texts: Object.fromEntries(now.map((area) => [area.name, area.value])) } : null);
  }

  const before = read();
  if (before && before.version === form.dataset.version && !refused) {
    for (const area of areas) if (area.name in before.texts) area.value = before.texts[area.name];
    kept.hidden = !changed().length;
  } else if (before && !refused) {
    write(null);
  }
  areas.forEach((area) => {
    count(area);
    area.addEventListener("input", () => { count(area); keep(); });
  });
  document.getElementById("xb-forget").addEventListener("click", () => {
    for (const area of areas) { area.value = saved[area.name]; count(area); }
    write(null);
    kept.hidden = true;
    state.textContent = "";
  });
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  document.querySelectorAll("form[data-xb-guard]").forEach((other) => other.addEventListener("submit", (event) => {
    if (changed().length && !window.confirm("有文字还没有保存，先不保存就继续吗？")) event.preventDefault(); else leaving = true;
  }));
  window.addEventListener("beforeunload", (event) => { if (!leaving && changed().length) event.preventDefault(); });
})();
