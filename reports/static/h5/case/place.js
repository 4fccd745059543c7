/* Where a report is, in the words of the township, and on a map for who wants it. */

import { api } from "../core/api.js";
import { button, busy, el, fill, toast } from "../core/ui.js";
import { pointMap } from "./near_map.js";
import { placeWords } from "./words.js";

// A spread of more than this is no point on a map but a guess.
const POINT_M = 2000;

function isPoint(place) {
  return Boolean(place) && place.source !== "text" && Number.isFinite(place.lat) && !(place.accuracy > POINT_M);
}

/** Return nodes for the place: village and grid where the point lies, how exact it is, a map to open. */
export function placeNodes(report, { tiles }) {
  const place = report.location;
  const words = el("span", { text: placeWords(report) });
  if (!isPoint(place)) {
    return [words];
  }
  nameIt(words, place);
  const exact = place.accuracy > 1 ? el("span", { class: "hint", text: `　定位误差约 ${Math.round(place.accuracy)} 米` }) : null;
  // The map is drawn in WGS-84; a point of another system would stand hundreds of metres off.
  return place.coord_type === "wgs84" ? [words, exact, mapButton(place, tiles)] : [words, exact];
}

async function nameIt(words, place) {
  try {
    const { grid } = await api("/places/at", { auth: "none", query: { lat: place.lat, lng: place.lng, coord_type: place.coord_type } });
    if (grid) {
      const found = [grid.village, grid.name].filter(Boolean).join(" · ");
      words.textContent = place.address ? `${place.address}（${found}）` : found;
    }
  } catch {
    // The point itself is shown already.
  }
}

function mapButton(place, tiles) {
  const holder = el("div");
  const open = button("在地图上看", {
    kind: "link",
    icon: "map",
    onclick: () =>
      busy(open, async () => {
        const node = el("div", { class: "case-map", role: "application", "aria-label": "上报位置的地图" });
        fill(holder, node);
        try {
          await pointMap(node, { ...place, tiles });
        } catch {
          fill(holder, open);
          toast("地图没有加载出来，请检查网络后再试", "bad");
        }
      }),
  });
  return fill(holder, open);
}
