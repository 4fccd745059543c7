/* The township on the phone: outlines of the grids, and which of them a point lies in. */

import { api } from "../core/api.js";
import { recall, remember } from "../core/db.js";

const KEPT = "places-outline";
let loading = null;

/* The outlines as GeoJSON, the kept ones without a line; null when there are none. */
export function outline() {
  loading =
    loading ||
    fresh().catch(async () => {
      loading = null;
      const kept = await recall(KEPT);
      return kept ? kept.value : null;
    });
  return loading;
}

async function fresh() {
  const drawn = await api("/places/outline", { auth: "none", timeout: 8000 });
  remember(KEPT, drawn).catch(() => {});
  return drawn;
}

/* Where a WGS-84 point lies: {in_area, grid}; by the outlines when nobody answers, else null. */
export async function spotOf(lat, lng) {
  try {
    return await api("/places/at", { auth: "none", timeout: 6000, query: { lat, lng } });
  } catch {
    const drawn = await outline();
    return drawn ? spotIn(drawn, lat, lng) : null;
  }
}

export function spotIn(drawn, lat, lng) {
  const feature = drawn.features.find((row) => covers(row.geometry, lng, lat));
  return { in_area: Boolean(feature), grid: feature ? feature.properties : null };
}

export function gridOf(drawn, code) {
  return drawn.features.find((row) => row.properties.code === code) || null;
}

/* The middle of a feature's box and how far it reaches in metres: good enough to begin with. */
export function middleOf(feature) {
  const points = polygonsOf(feature.geometry).flatMap((rings) => rings[0]);
  const lngs = points.map((point) => point[0]);
  const lats = points.map((point) => point[1]);
  const low = { lat: Math.min(...lats), lng: Math.min(...lngs) };
  const high = { lat: Math.max(...lats), lng: Math.max(...lngs) };
  return {
    lat: (low.lat + high.lat) / 2,
    lng: (low.lng + high.lng) / 2,
    reach: Math.round(metresBetween(low, high) / 2),
  };
}

function polygonsOf(geometry) {
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
}

function covers(geometry, x, y) {
  return polygonsOf(geometry).some(
    ([outer, ...holes]) => insideRing(outer, x, y) && !holes.some((hole) => insideRing(hole, x, y)),
  );
}

/* Count the edges to the right of the point. */
function insideRing(ring, x, y) {
  let inside = false;
  for (let index = 0, before = ring.length - 1; index < ring.length; before = index, index += 1) {
    const [x1, y1] = ring[index];
    const [x2, y2] = ring[before];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

const METRES_PER_DEGREE = 111_195;

/* Metres between two points a few kilometres apart. */
export function metresBetween(one, two) {
  const north = (one.lat - two.lat) * METRES_PER_DEGREE;
  const east = (one.lng - two.lng) * METRES_PER_DEGREE * Math.cos((one.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
