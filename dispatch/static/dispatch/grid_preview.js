// Draws a map import without tiles: grids in use dashed, the file's coloured by village, faults red with their number.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("xc-grid-map");
  const source = document.getElementById("xc-grid-map-data");
  if (!box || !source || !window.L) return;
  const data = JSON.parse(source.textContent);
  const map = L.map(box, { attributionControl: false, preferCanvas: data.grids.length > 400, zoomSnap: 0.25 }).setView([35, 105], 4);
  const palette = ["#2563eb", "#059669", "#7c3aed", "#0891b2", "#ca8a04", "#be185d", "#4d7c0f", "#475569"];
  // Names are somebody's text: they go in as text, never as markup.
  const text = (value) => {
    const node = document.createElement("span");
    node.textContent = value;
    return node;
  };
  const villages = [...new Set(data.grids.map((grid) => grid.village))].sort();
  const drawn = L.featureGroup();
  const add = (geometry, style, name) => {
    const layer = L.geoJSON(geometry, {
      style,
      pointToLayer: (_feature, point) => L.circleMarker(point, { radius: 7, ...style }),
    });
    if (name) layer.bindTooltip(text(name), { sticky: true });
    return layer.addTo(map).addTo(drawn);
  };

  data.grids.forEach((grid) => {
    const color = palette[villages.indexOf(grid.village) % palette.length];
    const weight = grid.kind === "same" ? 1 : 2;
    add(grid.geometry, { color, weight, fillOpacity: grid.kind === "same" ? 0.08 : 0.22 }, grid.name);
  });
  data.old.forEach((grid) =>
    add(grid.geometry, { color: "#64748b", weight: 1.2, dashArray: "5 4", fill: data.grids.length === 0, fillOpacity: 0.03, interactive: data.grids.length === 0 }, grid.name),
  );
  data.landmarks.forEach((mark) =>
    L.circle(mark.point, { radius: mark.radius || 100, color: "#c2410c", weight: 1.5, fillOpacity: 0.35 })
      .bindTooltip(text(mark.name), { sticky: true })
      .addTo(map)
      .addTo(drawn),
  );
  const spots = new Map();
  data.faults.forEach((fault) => {
    const color = fault.error ? "#dc2626" : "#d97706";
    const layer = add(fault.geometry, { color: "#dc2626", weight: 3, fillColor: color, fillOpacity: 0.45 }, `${fault.number}：${fault.message}`);
    const badge = L.divIcon({ className: `xc-pin ${fault.error ? "xc-pin-error" : ""}`, html: text(fault.number), iconSize: [22, 22] });
    L.marker(layer.getBounds().getCenter(), { icon: badge }).bindTooltip(text(fault.message)).addTo(map);
    spots.set(String(fault.number), layer);
  });
  L.control.scale({ imperial: false }).addTo(map);
  if (drawn.getLayers().length) map.fitBounds(drawn.getBounds().pad(0.05));

  document.querySelectorAll("[data-fault]").forEach((line) => {
    const spot = spots.get(line.dataset.fault);
    if (!spot) return;
    line.classList.add("xc-fault-placed");
    line.title = "点击在地图上查看";
    line.addEventListener("click", () => map.fitBounds(spot.getBounds().pad(1.5), { maxZoom: 18 }));
  });
});
