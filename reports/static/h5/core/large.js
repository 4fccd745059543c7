/* 大字版 and reading aloud: a switch on every page, kept on this phone. boot.js applies it before the first paint. */

import { $, announce, config } from "./ui.js";

const KEY = "xc.large";

/** Whether large type is on. */
export function isLarge() {
  return document.documentElement.classList.contains("large");
}

/** Switch large type; pages hear of it by the event `h5:large` on window. */
export function setLarge(on) {
  document.documentElement.classList.toggle("large", on);
  try {
    localStorage.setItem(KEY, on ? "1" : "0");
  } catch {
    // Not kept, but applied to this page.
  }
  show();
  announce(on ? "已切换到大字版" : "已切换到标准版");
  window.dispatchEvent(new CustomEvent("h5:large", { detail: { large: on } }));
}

function show() {
  const node = $("#h5-large");
  if (node) {
    node.setAttribute("aria-pressed", String(isLarge()));
    $("[data-large-label]", node).textContent = isLarge() ? "标准版" : "大字版";
  }
}

/** What is read aloud: the page's title and the text of main that is to be seen, without `[data-silent]`. */
export function spokenText(root = $("main")) {
  const lines = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.trim();
      if (text) {
        lines.push(text);
      }
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("[data-silent], [aria-hidden=true], [hidden], script, style, svg")) {
      return;
    }
    if (node.getClientRects().length === 0) {
      return;
    }
    if (node.dataset.speak) {
      lines.push(node.dataset.speak);
      return;
    }
    node.childNodes.forEach(walk);
  };
  walk(root);
  return [config.heading, ...lines].filter(Boolean).join("，");
}

function readAloud(node) {
  const voice = window.speechSynthesis;
  const label = $("[data-read-label]", node);
  const done = () => {
    node.setAttribute("aria-pressed", "false");
    label.textContent = "朗读";
  };
  if (voice.speaking || voice.pending) {
    voice.cancel();
    done();
    return;
  }
  // Some engines fall silent after a few hundred characters: sentence by sentence they do not.
  const sentences = spokenText().match(/[^。！？；\n]{1,120}[。！？；]?/g) || [];
  sentences.forEach((text, index) => {
    const line = new SpeechSynthesisUtterance(text);
    line.lang = "zh-CN";
    line.rate = 0.9;
    line.onerror = done;
    if (index === sentences.length - 1) {
      line.onend = done;
    }
    voice.speak(line);
  });
  node.setAttribute("aria-pressed", "true");
  label.textContent = "停止";
}

/** Bring the two buttons of the page's head to life. */
export function startLarge() {
  const node = $("#h5-large");
  if (node) {
    node.addEventListener("click", () => setLarge(!isLarge()));
    show();
  }
  const reader = $("#h5-read");
  if (reader && "speechSynthesis" in window && "SpeechSynthesisUtterance" in window) {
    reader.hidden = false;
    reader.addEventListener("click", () => readAloud(reader));
    window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
  }
  // Another tab switched.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) {
      document.documentElement.classList.toggle("large", event.newValue === "1");
      show();
    }
  });
}
