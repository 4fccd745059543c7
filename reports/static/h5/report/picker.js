/* Choosing photos: camera and album, thumbnails, order, removal. Used for reports and supplements.
 *
 * `store` keeps the photos: {add(prepared) -> photo, remove(photo), order(photos)}; without one they
 * live in this object. Photos are prepared one after the other, for a phone has little memory. */

import { thumbOf } from "../core/db.js";
import { dialog, el, errorText, fetched, fill, icon, toast } from "../core/ui.js";

const FORMATS = "image/*,.heic,.heif";

function memoryStore() {
  let last = 0;
  return {
    add: async (prepared) => ({ id: String((last += 1)), error: null, ...prepared }),
    remove: async () => {},
    order: async () => {},
  };
}

export class PhotoPicker {
  constructor(root, { max = 9, photos = [], store = memoryStore(), onChange = () => {}, hint = "" } = {}) {
    this.max = max;
    this.photos = [...photos];
    this.store = store;
    this.onChange = onChange;
    this.waiting = 0;
    this.work = Promise.resolve();
    this.urls = [];
    this.list = el("ul", { class: "photo-list", "aria-label": "已选的照片" });
    this.camera = this.input("拍照片", "camera", { capture: "environment" });
    this.album = this.input("从相册选", "photo", { multiple: true });
    this.buttons = el("div", { class: "photo-buttons" }, this.camera.label, this.album.label);
    this.count = el("p", { class: "hint", role: "status" });
    this.hint = hint;
    fill(root, this.list, this.buttons, this.count);
    this.show();
  }

  input(text, name, attrs) {
    const field = el("input", {
      type: "file",
      accept: FORMATS,
      ...attrs,
      onchange: () => {
        const files = [...field.files];
        field.value = ""; // the same photo may be chosen again after it was removed
        this.take(files);
      },
    });
    return { field, label: el("label", { class: "btn photo-button" }, icon(name), el("span", { text }), field) };
  }

  /* Prepare and keep files; resolves when all are done. */
  take(files) {
    const room = this.max - this.photos.length - this.waiting;
    if (files.length > room) toast(`最多 ${this.max} 张照片，多出的没有加入`, "bad");
    const taken = files.slice(0, Math.max(0, room));
    this.waiting += taken.length;
    this.show();
    for (const file of taken) this.work = this.work.then(() => this.add(file));
    return this.work;
  }

  async add(file) {
    try {
      const { preparePhoto } = await fetched(import("./compress.js"));
      this.photos.push(await this.store.add(await preparePhoto(file)));
    } catch (fault) {
      toast(fault.name === "QuotaExceededError" ? "手机存储空间不够，请清理后再加照片" : errorText(fault), "bad");
    }
    this.waiting -= 1;
    this.show();
    this.onChange(this.photos);
  }

  async remove(photo) {
    this.photos = this.photos.filter((row) => row !== photo);
    this.show();
    this.buttons.querySelector("input").focus({ preventScroll: true });
    await this.store.remove(photo);
    this.onChange(this.photos);
  }

  async move(photo, step) {
    const at = this.photos.indexOf(photo);
    this.photos.splice(at, 1);
    this.photos.splice(at + step, 0, photo);
    this.show();
    await this.store.order(this.photos);
    this.onChange(this.photos);
  }

  /* Photos that changed elsewhere (sent, refused). */
  replace(photos) {
    this.photos = [...photos];
    this.show();
  }

  show() {
    for (const url of this.urls) URL.revokeObjectURL(url);
    this.urls = [];
    const preparing = Array.from({ length: this.waiting }, () =>
      el("li", { class: "photo-tile photo-waiting" }, el("span", { class: "busy" }), el("span", { class: "fine", text: "正在处理" })),
    );
    fill(this.list, this.photos.map((photo, index) => this.tile(photo, index)), preparing);
    const full = this.photos.length + this.waiting >= this.max;
    this.list.hidden = this.photos.length + this.waiting === 0;
    this.buttons.classList.toggle("photo-buttons-small", !this.list.hidden);
    this.buttons.hidden = full;
    this.count.textContent = this.photos.length > 0 ? `已选 ${this.photos.length} 张，最多 ${this.max} 张` : this.hint;
  }

  tile(photo, index) {
    const name = `第 ${index + 1} 张照片`;
    return el(
      "li",
      { class: `photo-tile${photo.error ? " photo-refused" : ""}`, dataset: { photo: photo.id } },
      el("button", { class: "photo-open", type: "button", "aria-label": `${name}，点开看大图或调整顺序`, onclick: () => this.open(photo) }, this.picture(photo)),
      el("button", { class: "photo-remove", type: "button", "aria-label": `删除${name}`, onclick: () => this.remove(photo) }, icon("x-mark")),
      photo.error ? el("span", { class: "photo-error", text: photo.error.message }) : null,
    );
  }

  picture(photo) {
    const thumb = thumbOf(photo);
    if (!thumb) {
      return el("span", { class: "photo-unseen" }, icon("photo", { size: "lg" }), el("span", { class: "fine", text: "已加入，手机不能预览" }));
    }
    const url = URL.createObjectURL(thumb);
    this.urls.push(url);
    return el("img", { src: url, alt: "" });
  }

  async open(photo) {
    const at = this.photos.indexOf(photo);
    const last = this.photos.length - 1;
    const choice = await dialog({
      title: `第 ${at + 1} 张，共 ${last + 1} 张`,
      content: [el("div", { class: "photo-large" }, this.picture(photo)), photo.error ? el("p", { class: "bad", text: photo.error.message }) : null],
      buttons: [
        at > 0 ? { text: "往前移", value: "earlier" } : null,
        at < last ? { text: "往后移", value: "later" } : null,
        { text: "删除", value: "remove", kind: "danger" },
      ].filter(Boolean),
    });
    if (choice === "earlier") await this.move(photo, -1);
    if (choice === "later") await this.move(photo, 1);
    if (choice === "remove") await this.remove(photo);
  }
}
