/* What it is about, if the person cares to say: two steps in the office's tree, in its own words. */

import { api } from "../core/api.js";
import { recall, remember } from "../core/db.js";
import { choose, toast } from "../core/ui.js";

const KEPT = "categories";
let loading = null;

/* The tree; the kept one without a line, an empty one when there never was one. */
export function categories() {
  loading =
    loading ||
    api("/categories", { auth: "none", timeout: 8000 }).then(
      ({ items }) => {
        remember(KEPT, items).catch(() => {});
        return items;
      },
      async () => {
        loading = null;
        const kept = await recall(KEPT);
        return kept ? kept.value : [];
      },
    );
  return loading;
}

export async function leafOf(code) {
  if (!code) return null;
  const groups = await categories();
  return groups.flatMap((group) => group.children).find((leaf) => leaf.code === code) || null;
}

/* Let choose a leaf; resolves with it, "" for none, null when closed. */
export async function chooseCategory(kind) {
  const groups = await categories();
  if (groups.length === 0) {
    toast("现在没有网络，分类没有读到。可以不选，我们来分", "bad");
    return null;
  }
  const group = await choose("属于哪一类", [
    { text: "不选，请你们来分", value: "" },
    ...groups.map((row) => ({ text: row.name, value: row.code, hint: row.children.map((leaf) => leaf.name).slice(0, 3).join("、") })),
  ]);
  if (!group) return group;
  const { children } = groups.find((row) => row.code === group);
  const code = await choose(
    "具体是什么",
    children.map((leaf) => ({ text: leaf.name, value: leaf.code, hint: leaf.photo_required && kind === "problem" ? "需要照片" : "" })),
  );
  return code === null ? null : children.find((leaf) => leaf.code === code);
}
