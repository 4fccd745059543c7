/* Photos for a supplement: picked, made small on the phone, uploaded one by one. Loaded when somebody wants to add one. */

import { assets } from "./assets.js";
import { ask } from "../core/consent.js";
import { busy, button, el, fill, toast } from "../core/ui.js";

const MAX = 9;

/**
 * A place for photos in a form: `{node, upload(), count(), clear()}`.
 * `upload()` resolves with the ids, in order; a photo that was uploaded once is not sent again.
 */
export function photoField() {
  const progress = el("p", { class: "hint", role: "status" });
  const holder = el("div", { class: "case-attach" });
  const node = el("div", { class: "field" }, holder, progress);
  const field = { node, picker: null, sent: new Map() };
  const open = button("添加照片", {
    kind: "plain",
    icon: "camera",
    onclick: async () => {
      // Asked again on each press: whoever said no before says yes by pressing this.
      if ((await ask("photo", { button: open })) || (await ask("photo", { button: open, again: true }))) {
        await busy(open, () => showPicker(field, holder));
      }
    },
  });
  fill(holder, open);
  return {
    node,
    count: () => (field.picker ? field.picker.photos.length + field.picker.waiting : 0),
    upload: () => uploadAll(field, progress),
    clear() {
      field.sent.clear();
      field.picker = null;
      fill(holder, open);
      progress.textContent = "";
    },
  };
}

async function showPicker(field, holder) {
  try {
    const [{ PhotoPicker }] = await Promise.all([import("../report/picker.js"), assets.style("photosCss")]);
    const root = el("div");
    fill(holder, root);
    field.picker = new PhotoPicker(root, { max: MAX, photos: [], onChange: () => {} });
  } catch {
    toast("添加照片的功能没有加载出来，请检查网络后再试", "bad");
  }
}

async function uploadAll(field, progress) {
  const picker = field.picker;
  // The last ones may still be being made small.
  await picker.work;
  const photos = picker.photos;
  const { uploadPhoto } = await import("../core/upload.js");
  const ids = [];
  for (const [index, photo] of photos.entries()) {
    progress.textContent = `正在上传第 ${index + 1} 张，共 ${photos.length} 张…`;
    if (!field.sent.has(photo)) {
      const show = (done, total) => {
        progress.textContent = `正在上传第 ${index + 1} 张，共 ${photos.length} 张（${Math.round((100 * done) / Math.max(total, 1))}%）`;
      };
      field.sent.set(photo, (await uploadPhoto(photo, { onProgress: show })).id);
    }
    ids.push(field.sent.get(photo));
  }
  progress.textContent = `照片已上传 ${photos.length} 张`;
  return ids;
}
