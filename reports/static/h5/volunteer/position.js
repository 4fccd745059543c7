/* One position of the telephone, for one check; nothing is watched before or after. */

import { answers, ask } from "../core/consent.js";

const WAIT_MS = 20000;
const FAULTS = {
  1: "手机没有允许定位。请在手机设置里允许浏览器（或微信）使用位置，再试一次。",
  2: "手机现在定不到位，请走到空旷处再试。",
  3: "定位用时太长，请走到空旷处再试。",
};


/** Ask the phone once; returns `{lat, lng, coord_type, accuracy}` or throws words fit to be shown. */
export async function whereAmI() {
  const refused = (await answers()).kinds.location === false;
  if (!(await ask("location", { again: refused }))) {
    throw new Error("签到要用一次手机定位，您没有同意。可以在“我的—隐私与授权”里修改。");
  }
  if (!("geolocation" in navigator)) {
    throw new Error("这个浏览器不能定位，请换微信或手机自带的浏览器。");
  }
  const { coords } = await new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, (fault) => reject(new Error(FAULTS[fault.code] || FAULTS[2])), { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 0 });
  });
  return { lat: coords.latitude, lng: coords.longitude, coord_type: "wgs84", accuracy: Math.min(100000, coords.accuracy) };
}
