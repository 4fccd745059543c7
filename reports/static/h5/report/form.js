/* The form of one screen: what stands in it is in the draft, and the draft is on the phone at once. */

import * as db from "../core/db.js";
import { answers } from "../core/answers.js";
import { $, button, el, errorText, fetched, field, fill, icon, toast, toggle } from "../core/ui.js";
import { PhotoPicker } from "./picker.js";
import { PlaceField } from "./place.js";
import { COMMON, KINDS, LETTERS, isLetter } from "./words.js";

const SAVE_MS = 300;
const CHANGEABLE = ["editing", "blocked"];

// Words of danger are wanted at the first letter, so they come right behind the form.
let dangerIn = () => null;

async function dangers() {
  ({ dangerIn } = await import("./dangers.js"));
}

// The tree of categories is asked for when somebody wants one.
function tree() {
  return import("./category.js");
}

/* The leaf of a code; null when there is none, or no line to ask. */
async function leaf(code) {
  try {
    return await (await tree()).leafOf(code);
  } catch {
    return null;
  }
}

export class ReportForm {
  constructor(draft, { isNew, gridCode = "", onKept = () => {} }) {
    Object.assign(this, { draft, isKept: !isNew, gridCode, onKept, clock: 0, warned: "" });
    this.saving = Promise.resolve();
  }

  async start() {
    const photos = this.isKept ? await db.photosOf(this.draft) : [];
    this.text = $("#report-text");
    this.text.value = this.draft.text;
    this.text.oninput = () => this.changeText();
    this.buildKinds();
    this.buildPhotos(photos);
    this.buildCommon();
    this.buildPlace();
    this.buildOptions();
    this.showKind();
    this.changeText({ save: false });
    dangers().then(
      () => this.showDanger(),
      () => {},
    );
  }

  /* Keeping ------------------------------------------------------------------------------------- */

  change(fields) {
    Object.assign(this.draft, fields);
    // Not put off by the next key: who is interrupted has lost no more than this.
    this.clock = this.clock || setTimeout(() => this.save(), SAVE_MS);
  }

  /* Write what is due now; one writing after the other. */
  save() {
    clearTimeout(this.clock);
    this.clock = 0;
    this.saving = this.saving.then(() => this.write()).catch(() => {});
    return this.saving;
  }

  async write() {
    const { kind, text, category, anonymous, urgent, contact_phone: phone, join, location, place } = this.draft;
    const fields = { kind, text, category, anonymous, urgent, contact_phone: phone, join, location, place };
    if (!this.isKept) {
      if (!this.isWorthKeeping()) return;
      this.isKept = true;
      await db.saveDraft(this.draft);
      this.onKept(this.draft);
      return;
    }
    await db.changeDraft(this.draft.client_id, (row) => {
      if (CHANGEABLE.includes(row.state)) Object.assign(row, fields);
    });
  }

  /* A place alone was found by the phone, not by a person. */
  isWorthKeeping() {
    const { text, photos, category, contact_phone: phone, location } = this.draft;
    const said = location && (location.address || location.source === "picked");
    return Boolean(text.trim() || photos.length > 0 || category || phone || said);
  }

  /* The store of the picker: a photo is on the phone before it is on the screen. */
  photoStore() {
    return {
      add: async (prepared) => {
        if (!this.isKept) {
          this.isKept = true;
          await db.saveDraft(this.draft);
          this.onKept(this.draft);
        }
        const { point, ...rest } = prepared;
        const photo = await db.addPhoto(this.draft.client_id, rest);
        this.draft.photos.push(photo.id);
        this.place.considerPhoto(point);
        return photo;
      },
      remove: async (photo) => {
        this.draft.photos = this.draft.photos.filter((id) => id !== photo.id);
        await db.removePhoto(this.draft.client_id, photo.id);
      },
      order: async (photos) => {
        this.draft.photos = photos.map((photo) => photo.id);
        await db.changeDraft(this.draft.client_id, (row) => (row.photos = this.draft.photos));
      },
    };
  }

  /* Pieces ------------------------------------------------------------------------------------- */

  buildKinds() {
    const box = $("#report-kinds");
    box.hidden = !isLetter(this.draft.kind);
    if (box.hidden) return;
    const choices = LETTERS.map(({ value, text }) =>
      el(
        "label",
        { class: "chip-choice" },
        el("input", { type: "radio", name: "kind", value, checked: value === this.draft.kind, onchange: () => this.changeKind(value) }),
        el("span", { text }),
      ),
    );
    fill(box, $("legend", box), choices);
    // A letter is its words; for a problem the photo comes first.
    $("#report-photos-card").before($("#report-text-card"));
  }

  changeKind(kind) {
    this.change({ kind });
    this.showKind();
  }

  showKind() {
    const words = KINDS[this.draft.kind];
    $("#h5-heading").textContent = isLetter(this.draft.kind) ? "提意见" : words.heading;
    $("#report-ask").textContent = words.ask;
    $("[data-send-label]").textContent = words.send;
    this.text.placeholder = words.placeholder;
  }

  buildPhotos(photos) {
    this.picker = new PhotoPicker($("#report-photos"), { photos, store: this.photoStore(), hint: KINDS[this.draft.kind].photos });
  }

  buildCommon() {
    const box = $("#report-common");
    box.hidden = isLetter(this.draft.kind);
    fill(
      box,
      COMMON.map(({ text, code }) =>
        el("button", { class: "chip-btn", type: "button", text, dataset: { code }, "aria-pressed": String(code === this.draft.category), onclick: () => this.takeCommon(text, code) }),
      ),
    );
  }

  async takeCommon(text, code) {
    const own = this.text.value.trim();
    if (!own || COMMON.some((row) => row.text === own)) {
      this.text.value = text;
      this.changeText();
    }
    this.takeCategory(await leaf(code));
  }

  buildPlace() {
    const letter = isLetter(this.draft.kind);
    const card = $("#report-place-card");
    const wanted = !letter || Boolean(this.draft.location);
    this.place = this.placeField($("#report-place"), wanted && !this.draft.location);
    card.hidden = !wanted;
    this.placeOpener = letter && !wanted ? button("和某个地方有关？加上位置", { kind: "link", icon: "map-pin" }) : null;
    if (!this.placeOpener) return;
    this.placeOpener.onclick = () => {
      this.placeOpener.remove();
      card.hidden = false;
      this.place.find({ asked: true });
    };
    card.before(this.placeOpener);
  }

  placeField(root, auto) {
    const { location, place } = this.draft;
    return new PlaceField(root, {
      location,
      place,
      auto,
      gridCode: this.gridCode,
      onChange: () => this.change({ location: this.place.value(), place: this.place.place }),
    });
  }

  buildOptions() {
    const { draft } = this;
    const letter = isLetter(draft.kind);
    this.anonymous = toggle("匿名", {
      hint: "单位和网格员看不到您是谁",
      checked: draft.anonymous,
      onchange: () => this.changeAnonymous(),
    });
    this.urgent = toggle("比较急", { hint: "有人受影响，等不得", checked: draft.urgent, onchange: () => this.change({ urgent: this.urgent.input.checked }) });
    this.phone = field("联系电话", {
      type: "tel",
      inputmode: "tel",
      autocomplete: "tel",
      maxlength: 20,
      value: draft.contact_phone,
      hint: "只用来向您核实这一件，填了就是同意这样用",
      oninput: () => this.change({ contact_phone: this.phone.input.value.trim() }),
    });
    this.categoryName = el("span", { class: "row-hint" });
    const category = el(
      "button",
      { class: "row small-only", type: "button", id: "report-category", onclick: () => this.chooseCategory() },
      el("span", { class: "row-main" }, el("span", { class: "row-title", text: "分类" }), this.categoryName),
      icon("chevron-right"),
    );
    fill($("#report-options"), letter ? null : category, this.anonymous.node, letter ? null : this.urgent.node);
    fill($("#report-more-body"), this.phone.node);
    this.showAnonymous();
    this.showCategory(null);
    if (draft.category) leaf(draft.category).then((found) => this.showCategory(found));
  }

  changeAnonymous() {
    this.change({ anonymous: this.anonymous.input.checked });
    this.showAnonymous();
  }

  /* A telephone number would undo it. */
  showAnonymous() {
    $("#report-more").hidden = this.draft.anonymous;
  }

  async chooseCategory() {
    try {
      const { chooseCategory } = await fetched(tree());
      const chosen = await chooseCategory(this.draft.kind);
      if (chosen !== null) this.takeCategory(chosen || null);
    } catch (fault) {
      toast(errorText(fault), "bad");
    }
  }

  takeCategory(leaf) {
    this.change({ category: leaf ? leaf.code : "" });
    this.showCategory(leaf);
    this.showDanger();
  }

  showCategory(leaf) {
    this.leaf = leaf;
    const secret = leaf && leaf.confidential ? "（内容保密，不公开）" : "";
    this.categoryName.textContent = leaf ? `${leaf.name}${secret}` : "可以不选，我们来分";
    for (const chip of $("#report-common").children) {
      chip.setAttribute("aria-pressed", String(Boolean(leaf) && chip.dataset.code === leaf.code));
    }
  }

  /* Danger ------------------------------------------------------------------------------------- */

  changeText({ save = true } = {}) {
    if (save) this.change({ text: this.text.value });
    this.showError("text", "");
    this.showDanger();
  }

  danger() {
    return dangerIn(this.text.value);
  }

  /* Nothing is sent before its words were looked at. */
  async lookForDanger() {
    await fetched(dangers());
    return this.danger();
  }

  /* First the telephone: seen while the words are typed, and not drawn anew with each letter. */
  showDanger() {
    const danger = this.danger();
    const prompt = !danger && this.leaf ? this.leaf.safety_prompt : "";
    const key = danger ? danger.code : prompt || "";
    if (key === this.warned) return;
    this.warned = key;
    const box = $("#report-danger");
    if (danger) fill(box, dangerCard(danger));
    else fill(box, prompt ? el("div", { class: "card card-warn" }, el("p", { text: prompt })) : null);
    if (danger) box.scrollIntoView({ block: "nearest" });
  }

  /* Checking ------------------------------------------------------------------------------------ */

  showError(name, text) {
    if (name !== "text") return;
    const box = $("#report-text-error");
    box.textContent = text;
    box.hidden = !text;
    if (text) this.text.setAttribute("aria-invalid", "true");
    else this.text.removeAttribute("aria-invalid");
  }

  /* What is missing, said at its place; true when nothing is. */
  check() {
    if (!this.text.value.trim()) {
      this.showError("text", KINDS[this.draft.kind].empty);
      this.text.focus();
      return false;
    }
    if (!isLetter(this.draft.kind) && !this.place.value()) {
      this.place.say("还不知道在哪里", "请在地图上选，或写下地点。", "bad");
      this.place.focus();
      return false;
    }
    if (this.leaf && this.leaf.photo_required && !isLetter(this.draft.kind) && this.draft.photos.length === 0) {
      const box = $("#report-photos-title").closest("section");
      this.picker.count.textContent = `“${this.leaf.name}”需要至少一张现场照片`;
      this.picker.count.className = "bad";
      box.scrollIntoView({ block: "center" });
      return false;
    }
    return true;
  }

  /* All that is on the screen, in the draft and on the phone. */
  async finish() {
    await this.picker.work;
    const letterAlone = isLetter(this.draft.kind) && $("#report-place-card").hidden;
    const { kinds } = await answers();
    if (kinds.phone === false) this.draft.contact_phone = "";
    Object.assign(this.draft, { text: this.text.value, location: letterAlone ? null : this.place.value(), place: this.place.place });
    await this.save();
  }

  close() {
    clearTimeout(this.clock);
    if (this.placeOpener) this.placeOpener.remove();
  }
}

export function dangerCard(danger) {
  return el(
    "div",
    { class: "card card-bad danger" },
    el("p", { class: "line strong" }, icon("exclamation-triangle"), el("span", { text: "有危险，先打电话，再来填" })),
    el("p", { text: danger.advice }),
    el(
      "div",
      { class: "buttons" },
      [...danger.calls, ...danger.also].map((number) =>
        el("a", { class: "btn btn-danger", href: `tel:${number}` }, icon("phone"), el("span", { text: `拨打 ${number}` })),
      ),
    ),
  );
}
