/* Where it is. The map of WeChat speaks GCJ-02, so everything here does; the server is always told so. */

const MAX_ACCURACY_M = 100000;
// isHighAccuracy needs three seconds at least.
const HIGH_ACCURACY_MS = 4000;
const METRES_PER_DEGREE = 111195;
// Ten centimetres.
const DECIMALS = 6;

/** What hindered: `reason` is "refused", "off", "privacy", "busy", "cancelled" or "failed". */
class LocationError extends Error {
  constructor(reason, message) {
    super(message);
    this.name = "LocationError";
    this.reason = reason;
  }
}

const WORDS = {
  refused: "没有允许使用位置。可以在地图上选，或者写下地点。",
  off: "手机的定位没有打开。可以在地图上选，或者写下地点。",
  privacy: "没有同意使用位置。可以写下地点。",
  busy: "定位太频繁，请稍等一会儿再试，或者在地图上选。",
  failed: "没有定位成功。可以在地图上选，或者写下地点。",
  cancelled: "",
  consent: "您没有同意使用手机定位。可以在地图上选，或者写下地点。",
};

/** @type {Array<[RegExp, string]>} */
const REASONS = [
  [/privacy|banned|api scope/i, "privacy"],
  [/cancel/i, "cancelled"],
  [/auth den|auth deny|authorize/i, "refused"],
  [/system permission denied|ERROR_NOCELL&WIFI_LOCATIONSWITCHOFF|location.*(off|disable)/i, "off"],
  [/frequent/i, "busy"],
];

function hindrance(told) {
  const text = String((told && told.errMsg) || "");
  const found = REASONS.find(([words]) => words.test(text));
  const reason = found ? found[1] : "failed";
  return new LocationError(reason, WORDS[reason]);
}

/** The error for who said no to the township's own question. */
function refusedByConsent() {
  return new LocationError("consent", WORDS.consent);
}

/** Where the phone is: `{lat, lng, coord_type, accuracy, source, address}`; throws LocationError. */
function locate() {
  return new Promise((resolve, reject) => {
    wx.getLocation({
      // Without a type WeChat answers in WGS-84, 500 m away on its own map.
      type: "gcj02",
      isHighAccuracy: true,
      highAccuracyExpireTime: HIGH_ACCURACY_MS,
      success: ({ latitude, longitude, accuracy }) => resolve(place(latitude, longitude, "gps", { accuracy })),
      fail: (told) => reject(hindrance(told)),
    });
  });
}

/** Let choose on WeChat's map; throws LocationError, "cancelled" when nothing was chosen. */
function choose(near = null) {
  return new Promise((resolve, reject) => {
    wx.chooseLocation({
      // A place of a poster is in WGS-84; WeChat's map would show it 500 m off.
      ...(near && near.lat !== null && near.coord_type === "gcj02" ? { latitude: near.lat, longitude: near.lng } : {}),
      success: ({ latitude, longitude, name, address }) => resolve(place(latitude, longitude, "picked", { address: addressOf(name, address) })),
      fail: (told) => reject(hindrance(told)),
    });
  });
}

function addressOf(name = "", address = "") {
  return (address && name && !address.includes(name) ? `${address} ${name}` : name || address).slice(0, 200);
}

function place(lat, lng, source, { accuracy = null, address = "" }) {
  const known = typeof accuracy === "number" && accuracy >= 0 ? Math.min(accuracy, MAX_ACCURACY_M) : null;
  const round = (degrees) => Number(Number(degrees).toFixed(DECIMALS));
  return { lat: round(lat), lng: round(lng), coord_type: "gcj02", accuracy: known, source, address };
}

/** The middle of a poster's grid, from the outlines of `GET /places/outline`; null when there is none of that code. */
function middleOf(outline, code) {
  const feature = outline.features.find((row) => row.properties.code === code);
  if (!feature) {
    return null;
  }
  const { type, coordinates } = feature.geometry;
  const points = (type === "MultiPolygon" ? coordinates : [coordinates]).reduce((all, rings) => all.concat(rings[0]), []);
  const [lngs, lats] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [west, east, south, north] = [Math.min(...lngs), Math.max(...lngs), Math.min(...lats), Math.max(...lats)];
  const reach = (Math.max(north - south, east - west) * METRES_PER_DEGREE) / 2;
  const middle = place((south + north) / 2, (west + east) / 2, "picked", { accuracy: Math.round(reach) });
  return { ...middle, coord_type: "wgs84" };
}

/** A place told in words only. */
function inWords(address) {
  return { lat: null, lng: null, coord_type: "gcj02", accuracy: null, source: "text", address: address.slice(0, 200) };
}

module.exports = { LocationError, choose, inWords, locate, middleOf, refusedByConsent };
