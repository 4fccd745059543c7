/* The small map with the pin, fetched when it is wanted: Leaflet is as heavy as everything else here.
 *
 * Points are WGS-84 and so are the tiles that the server may name; without tiles the grids' own
 * outlines with their names are the map. */

import { config, el, icon } from "../core/ui.js";
import { outline } from "./area.js";

// Without tiles there is nothing to see close by but the outline of the grid.
const CLOSE_ZOOM = config.tiles.length > 0 ? 17 : 15;
const NAMES_FROM_ZOOM = 14;
let loading = null;

function library({ js, css }) {
  loading =
    loading ||
    new Promise((resolve, reject) => {
      const style = el("link", { rel: "stylesheet", href: css });
      const script = el("script", { src: js });
      script.onload = () => resolve(globalThis.L);
      script.onerror = () => {
        loading = null;
        script.remove();
        reject(new Error("map"));
      };
      document.head.append(style, script);
    });
  return loading;
}

/* Draw into `root`; returns {show(point, accuracy), middle()}. `onPick(point)` after a drag or a tap. */
export async function drawMap(root, { files, point, accuracy, onPick }) {
  const [L, drawn] = await Promise.all([library(files), outline()]);
  root.hidden = false;
  const map = L.map(root, { attributionControl: config.tiles.length > 0, zoomControl: false, tap: false });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  map.attributionControl?.setPrefix(false);
  for (const layer of config.tiles) {
    L.tileLayer(layer.url, { subdomains: layer.subdomains, attribution: layer.attribution, maxZoom: layer.max_zoom }).addTo(map);
  }
  drawGrids(L, map, drawn);
  const pin = pinOf(L, map, onPick);
  map.on("click", (event) => onPick(plain(event.latlng)));
  const circle = L.circle([0, 0], { radius: 1, className: "map-accuracy", interactive: false });
  const show = (place, metres) => {
    pin.setLatLng(place).addTo(map);
    circle.remove();
    if (metres) circle.setLatLng(place).setRadius(metres).addTo(map);
  };
  begin(L, map, { drawn, point, accuracy });
  if (point) show(point, accuracy);
  return {
    show(place, metres) {
      show(place, metres);
      if (!map.getBounds().pad(-0.15).contains(place)) map.setView(place, Math.max(map.getZoom(), CLOSE_ZOOM));
    },
    middle: () => plain(map.getCenter()),
  };
}

function begin(L, map, { drawn, point, accuracy }) {
  if (point) {
    const wide = accuracy > 150 ? L.latLng(point).toBounds(accuracy * 2.4) : null;
    if (wide) map.fitBounds(wide);
    else map.setView(point, CLOSE_ZOOM);
  } else if (drawn && drawn.bbox) {
    const [west, south, east, north] = drawn.bbox;
    map.fitBounds([
      [south, west],
      [north, east],
    ]);
  } else {
    map.setView([30.3, 120.5], 12);
  }
}

function drawGrids(L, map, drawn) {
  if (!drawn) return;
  const grids = L.geoJSON(drawn, {
    interactive: false,
    style: () => ({ className: "map-grid", weight: 1.5 }),
    onEachFeature: (feature, layer) =>
      layer.bindTooltip(el("span", { text: feature.properties.name }), { permanent: true, direction: "center", className: "map-name" }),
  }).addTo(map);
  const name = () => {
    const near = map.getZoom() >= NAMES_FROM_ZOOM;
    grids.eachLayer((layer) => (near ? layer.openTooltip() : layer.closeTooltip()));
  };
  map.on("zoomend", name);
}

function pinOf(L, map, onPick) {
  const sign = L.divIcon({ className: "map-pin", html: icon("map-pin", { size: "lg" }), iconSize: [44, 44], iconAnchor: [22, 40] });
  const pin = L.marker([0, 0], { icon: sign, draggable: true, autoPan: true, keyboard: false, title: "拖动到准确位置" });
  pin.on("dragend", () => onPick(plain(pin.getLatLng())));
  return pin;
}

function plain(latlng) {
  return { lat: latlng.lat, lng: latlng.lng };
}
