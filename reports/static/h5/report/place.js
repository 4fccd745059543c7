/* Where it is: found by the phone, set right on the map, or said in words.
 *
 * Browsers give WGS-84, in WeChat too, and that is what is sent; nothing is shifted here. */

import { answers } from "../core/answers.js";
import { $, button, el, fill, icon, toast } from "../core/ui.js";

const GOOD_M = 30;
const POOR_M = 100;
const SEARCH_MS = 12_000;
const FAR_FROM_PHOTO_M = 200;
const MAX_ACCURACY_M = 100_000;
const DECIMALS = 6;

// The township's grids come after the place itself is shown.
function area() {
  return import("./area.js");
}

/* The grid of a point; null when it cannot be said now. */
async function spotOf({ lat, lng }) {
  try {
    return await (await area()).spotOf(lat, lng);
  } catch {
    return null;
  }
}

/* The middle of a poster's grid: {lat, lng, reach}; null when it is not known. */
async function middleOfGrid(code) {
  if (!code) return null;
  try {
    const { gridOf, middleOf, outline } = await area();
    const drawn = await outline();
    const feature = drawn && gridOf(drawn, code);
    return feature ? middleOf(feature) : null;
  } catch {
    return null;
  }
}

export class PlaceField {
  /* `auto`: look for the place by itself. `onChange()` when value() may differ. */
  constructor(root, { location = null, place = null, gridCode = "", auto = true, onChange = () => {} }) {
    this.root = root;
    this.onChange = onChange;
    this.point = location && location.source !== "text" ? { lat: location.lat, lng: location.lng } : null;
    this.accuracy = this.point ? location.accuracy : null;
    this.source = this.point ? location.source : "";
    this.place = place;
    this.gridCode = gridCode;
    this.map = null;
    this.asked = 0;
    this.watch = 0;
    this.build(location ? location.address : "");
    if (this.point) this.settle();
    else if (auto) this.find({ asked: false });
    else this.say("还没有位置", "");
  }

  build(address) {
    this.name = el("p", { class: "place-name strong" });
    this.hint = el("p", { class: "hint", id: "place-hint" });
    this.again = button("重新定位", { icon: "viewfinder-circle", onclick: () => this.find({ asked: true }) });
    this.open = button("在地图上选", { icon: "map", onclick: () => this.openMap({ wanted: true }) });
    this.centre = button("图钉放到地图中间", { kind: "link", onclick: () => this.pick(this.map.middle()) });
    this.centre.hidden = true;
    this.canvas = el("div", { class: "place-map", hidden: true, role: "application", "aria-label": "地图，拖动图钉或点一下地图来选位置", "data-silent": "" });
    this.offer = el("div", { hidden: true });
    this.addressLabel = el("label", { for: "place-address" });
    this.address = el("input", {
      class: "input",
      id: "place-address",
      type: "text",
      maxlength: 200,
      autocomplete: "off",
      value: address,
      placeholder: "如：张家桥头，第三户门前",
      oninput: () => this.onChange(),
    });
    fill(
      this.root,
      el("div", { class: "line place-line", role: "status" }, icon("map-pin"), el("div", { class: "grow" }, this.name, this.hint)),
      this.offer,
      this.canvas,
      this.centre,
      el("div", { class: "buttons" }, this.again, this.open),
      el("div", { class: "field" }, this.addressLabel, this.address),
    );
  }

  /* What is sent: a point, words only, or null. */
  value() {
    const address = this.address.value.trim();
    if (!this.point) return address ? { source: "text", address } : null;
    const round = (number) => Number(number.toFixed(DECIMALS));
    const accuracy = this.accuracy === null ? null : Math.min(MAX_ACCURACY_M, Math.round(this.accuracy));
    return { lat: round(this.point.lat), lng: round(this.point.lng), coord_type: "wgs84", source: this.source, accuracy, address };
  }

  /* Look for the place; `asked` when somebody pressed for it. */
  async find({ asked }) {
    const { kinds } = await answers();
    if (kinds.location === false && !asked) {
      this.failed("您没有同意使用手机定位", "可以在地图上选，或写下地点。");
      return;
    }
    if (!("geolocation" in navigator)) {
      this.failed("这个浏览器不能定位", "请在地图上选，或写下地点。");
      return;
    }
    this.say("正在定位…", "请稍等几秒，也可以直接在地图上选");
    navigator.geolocation.clearWatch(this.watch);
    clearTimeout(this.clock);
    const stop = () => {
      navigator.geolocation.clearWatch(this.watch);
      clearTimeout(this.clock);
    };
    this.clock = setTimeout(() => {
      stop();
      if (asked || !this.point) this.noFix({ code: 3 });
    }, SEARCH_MS);
    this.watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        // Who has moved the pin meanwhile knows better than the satellite.
        if (this.source === "picked" && !asked) return stop();
        const better = this.accuracy === null || asked || coords.accuracy <= this.accuracy;
        if (better) this.take({ lat: coords.latitude, lng: coords.longitude }, "gps", coords.accuracy);
        asked = false;
        if (coords.accuracy <= GOOD_M) stop();
        return undefined;
      },
      (fault) => {
        stop();
        if (asked || !this.point) this.noFix(fault);
      },
      // Who presses has moved: what the phone knew before is of no use then.
      { enableHighAccuracy: true, timeout: SEARCH_MS, maximumAge: asked ? 0 : 20_000 },
    );
  }

  noFix(fault) {
    if (this.point) {
      toast("这次没有定位成功，位置没有变", "bad");
      this.show();
      return;
    }
    if (fault.code === 1) this.failed("手机没有允许定位", "可以在手机设置里打开，或在地图上选，或写下地点。");
    else this.failed("没能定位", "室内信号差时常见。请在地图上选，或写下地点。");
  }

  /* A poster's grid is where to begin when the phone knows nothing. */
  async failed(name, hint) {
    this.say(name, hint);
    const middle = await middleOfGrid(this.gridCode);
    if (middle && !this.point) {
      const { lat, lng, reach } = middle;
      // As exact as the grid is wide: the office must not look for it in the middle of a field.
      this.take({ lat, lng }, "picked", reach);
      this.openMap({ wanted: true });
    }
  }

  pick(point) {
    this.take(point, "picked", null);
  }

  take(point, source, accuracy) {
    Object.assign(this, { point, source, accuracy });
    this.offer.hidden = true;
    this.map?.show(point, accuracy);
    this.settle();
    this.onChange();
  }

  /* Name the grid of the point; only the last question counts. */
  async settle() {
    this.asked += 1;
    const asked = this.asked;
    this.show();
    const spot = await spotOf(this.point);
    if (asked !== this.asked) return;
    this.place = spot && spot.grid;
    this.outside = Boolean(spot) && !spot.in_area;
    this.show();
    this.onChange();
    this.openMap({ wanted: false });
  }

  show() {
    const named = this.place ? nameOf(this.place) : "";
    if (this.outside) this.say("这里不在本街道（乡镇）范围内", "可以照样发送，我们会转告；也可以在地图上改位置。", "warn");
    else if (this.poor()) this.say(named || "大概位置", `定位不太准，误差约 ${metres(this.accuracy)}，请在地图上把图钉拖到准确位置。`, "warn");
    else if (this.posted()) this.say(named, "这是海报所在网格的中间，请在地图上把图钉放到准确位置。", "warn");
    else this.say(named || "已定位", this.words());
  }

  poor() {
    return this.source === "gps" && this.accuracy > POOR_M;
  }

  /* Taken from the poster, not yet set right by anybody. */
  posted() {
    return this.source === "picked" && this.accuracy !== null;
  }

  words() {
    if (this.source === "gps") return `手机定位，误差约 ${metres(this.accuracy)}`;
    return this.source === "exif" ? "照片拍摄的地方" : "您在地图上选的位置";
  }

  say(name, hint, tone = "") {
    this.addressLabel.textContent = this.point ? "门牌或标志物（可不填）" : "或者写下地点";
    this.name.textContent = name;
    this.hint.textContent = hint;
    this.hint.className = `hint ${tone}`;
    this.hint.hidden = !hint;
  }

  /* By itself only on a line that bears it; the button always. */
  async openMap({ wanted }) {
    if (this.map || this.drawing || (!wanted && isThin())) return;
    this.drawing = true;
    const { leafletJs: js, leafletCss: css } = $("#report-place").dataset;
    try {
      const { drawMap } = await import("./map.js");
      this.map = await drawMap(this.canvas, {
        files: { js, css },
        point: this.point,
        accuracy: this.accuracy,
        onPick: (point) => this.pick(point),
      });
      if (this.point) this.map.show(this.point, this.accuracy);
      this.centre.hidden = false;
      this.open.hidden = true;
    } catch {
      if (wanted) toast("地图没有打开，请写下地点，或稍后再试", "bad");
    } finally {
      this.drawing = false;
    }
  }

  /* A photo from the album knows where it was taken: offer that when it is somewhere else. */
  async considerPhoto(point) {
    if (!point || this.source === "picked" || this.source === "exif") return;
    const scripts = await area().catch(() => null);
    if (!scripts || (this.point && scripts.metresBetween(this.point, point) < FAR_FROM_PHOTO_M)) return;
    const use = button("用照片里的位置", { kind: "primary", onclick: () => this.take(point, "exif", null) });
    const leave = button("不用", { onclick: () => (this.offer.hidden = true) });
    fill(this.offer, el("div", { class: "card card-info" }, el("p", { text: "照片是在别的地方拍的，问题在照片里的位置吗？" }), el("div", { class: "buttons" }, use, leave)));
    this.offer.hidden = false;
  }

  focus() {
    this.root.scrollIntoView({ block: "center" });
    this.address.focus({ preventScroll: true });
  }
}

/* Grids are often named after their village already. */
function nameOf({ village, name }) {
  return name.startsWith(village) ? name : `${village} · ${name}`;
}

function metres(accuracy) {
  if (accuracy >= 1000) return `${(accuracy / 1000).toFixed(1)} 公里`;
  return `${Math.max(1, Math.round(accuracy))} 米`;
}

function isThin() {
  const line = navigator.connection;
  return !navigator.onLine || Boolean(line && (line.saveData || /2g|3g/.test(line.effectiveType || "")));
}
