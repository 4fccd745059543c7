/* The map of published cases: Leaflet is loaded only when somebody looks at it. */

import { el } from "../core/ui.js";
import { assets } from "./assets.js";
import { api } from "../core/api.js";
import { toneOf } from "./words.js";

const TOWNSHIP_ZOOM = 13;
const MOST_ZOOM = 18;

let loading = null;

function fetchLeaflet() {
  if (!loading) {
    loading = (async () => {
      await Promise.all([assets.style("leafletCss"), assets.script("leaflet")]);
      // It adds itself to the global that the first one makes.
      await Promise.all([assets.style("clusterCss"), assets.script("cluster")]);
      return window.L;
    })().catch((error) => {
      loading = null;
      throw error;
    });
  }
  return loading;
}

function baseMap(L, node, tiles) {
  // Tiles are sharp at whole steps only; outlines fill the screen at any.
  const map = L.map(node, { zoomControl: false, maxZoom: MOST_ZOOM, zoomSnap: tiles.length ? 1 : 0.25, attributionControl: tiles.length > 0 });
  L.control.zoom({ position: "bottomright", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  for (const layer of tiles) {
    L.tileLayer(layer.url, { subdomains: layer.subdomains, attribution: layer.attribution, maxZoom: layer.max_zoom }).addTo(map);
  }
  return map;
}

async function outline() {
  try {
    return await api("/places/outline", { auth: "none" });
  } catch {
    // The points are right without the borders of the grids, too.
    return null;
  }
}

function pin(L, item, onOpen) {
  const mark = L.divIcon({ className: `near-pin near-pin-${toneOf(item.status.code)}`, iconSize: [36, 36], html: "" });
  const marker = L.marker([item.place.lat, item.place.lng], { icon: mark, keyboard: true, alt: item.summary || item.number, title: item.summary || item.number });
  marker.on("click keypress", (event) => {
    if (!event.originalEvent || event.originalEvent.type !== "keypress" || event.originalEvent.key === "Enter") {
      onOpen(item);
    }
  });
  return marker;
}

/**
 * Make the map in `node`; returns `{show(items), here(lat, lng), resized()}`.
 * `onMove(bbox)` hears of every new view as “west,south,east,north”; `onOpen(item)` of a touched point.
 */
export async function makeMap(node, { tiles, onMove, onOpen }) {
  const L = await fetchLeaflet();
  const map = baseMap(L, node, tiles);
  const cluster = L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 48,
    iconCreateFunction: (group) => L.divIcon({ className: "near-pin near-pin-many", iconSize: [44, 44], html: el("span", { text: String(group.getChildCount()) }) }),
  }).addTo(map);
  await frame(L, map, tiles.length === 0);
  let timer = 0;
  const tell = () => {
    clearTimeout(timer);
    timer = setTimeout(() => onMove(map.getBounds().toBBoxString()), 250);
  };
  map.on("moveend", tell);
  tell();
  return {
    show(items) {
      cluster.clearLayers();
      const placed = items.filter((item) => item.place);
      cluster.addLayers(placed.map((item) => pin(L, item, onOpen)));
      node.dataset.drawn = String(placed.length);
    },
    here(lat, lng) {
      L.circleMarker([lat, lng], { radius: 9, className: "near-me", interactive: false }).addTo(map);
      map.setView([lat, lng], 15);
    },
    resized: () => map.invalidateSize(),
  };
}

async function frame(L, map, withNames) {
  const shape = await outline();
  if (!shape || !shape.features || !shape.features.length) {
    map.setView([30.31, 120.5], TOWNSHIP_ZOOM);
    return;
  }
  const layer = L.geoJSON(shape, { interactive: false, style: () => ({ className: "near-grid", weight: 1 }) }).addTo(map);
  map.fitBounds(layer.getBounds(), { padding: [8, 8] });
  if (withNames) {
    villageNames(L, map, shape);
  }
}

/** Without tiles the names of the villages are what tells where one is. */
function villageNames(L, map, shape) {
  const boxes = new Map();
  for (const feature of shape.features) {
    const name = feature.properties.village;
    const bounds = L.geoJSON(feature).getBounds();
    boxes.set(name, boxes.has(name) ? boxes.get(name).extend(bounds) : bounds);
  }
  for (const [name, bounds] of boxes) {
    if (name) {
      L.marker(bounds.getCenter(), { interactive: false, keyboard: false, icon: L.divIcon({ className: "near-village", iconSize: [96, 20], html: el("span", { text: name }) }) }).addTo(map);
    }
  }
}

/** A small map with one point, for the page of a report. */
export async function pointMap(node, { lat, lng, accuracy, tiles }) {
  const L = await fetchLeaflet();
  const map = baseMap(L, node, tiles);
  const shape = tiles.length ? null : await outline();
  if (shape) {
    L.geoJSON(shape, { interactive: false, style: () => ({ className: "near-grid", weight: 1 }) }).addTo(map);
    villageNames(L, map, shape);
  }
  map.setView([lat, lng], 15);
  if (accuracy > 1) {
    L.circle([lat, lng], { radius: accuracy, className: "near-accuracy", interactive: false }).addTo(map);
  }
  L.circleMarker([lat, lng], { radius: 9, className: "near-me", interactive: false }).addTo(map);
  return map;
}
