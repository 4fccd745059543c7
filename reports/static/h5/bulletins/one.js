/* One bulletin in full. */

import { loadKept } from "../case/kept.js";
import { callable, staleNote } from "../case/parts.js";
import { $, config, el, emptyState, errorState, fill, linkButton, momentWords, skeleton } from "../core/ui.js";
import { marks } from "./words.js";

const id = window.location.pathname.slice(config.urls.bulletins.length);

function draw(row, kept) {
  document.title = `${row.title} · 乡村小脑`;
  const signs = marks(row);
  fill(
    $("#bulletin"),
    staleNote(kept, show),
    el(
      "article",
      { class: "case-block" },
      signs.length ? el("p", { class: "line line-wrap" }, signs) : null,
      el("h2", { text: row.title }),
      el("p", { class: "fine", text: `${row.source} · ${momentWords(row.publish_at)}` }),
      row.areas.length ? el("p", { class: "hint", text: `范围：${row.areas.join("、")}` }) : null,
      callable(row.body, { class: "case-text bulletin-text" }),
      row.expire_at ? el("p", { class: "fine", text: `有效到 ${momentWords(row.expire_at)}` }) : null,
    ),
  );
}

function gone() {
  return emptyState("没有这条公告", "可能已经过期或撤下了。", { icon: "megaphone", action: linkButton("看全部公告", config.urls.bulletins, { kind: "primary" }) });
}

async function show() {
  if (!$("#bulletin").childElementCount) {
    fill($("#bulletin"), skeleton(5));
  }
  try {
    await loadKept(`/bulletins/${encodeURIComponent(id)}`, { key: `bulletin:${id}`, auth: "none", show: draw });
  } catch (error) {
    fill($("#bulletin"), error.status === 404 ? gone() : errorState(error, show));
  }
}

show();
