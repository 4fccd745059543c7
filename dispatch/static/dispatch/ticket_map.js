// Draws a ticket's place without map tiles: grid, neighbours, accuracy, other reports, tickets near by.
// The triage desk draws it again for every case, and opens other tickets in a tab of their own.
window.xcDrawTicketMap = () => {
  const box = document.getElementById("xc-map");
  const source = document.getElementById("xc-map-data");
  if (!box || !source || !window.L) return null;
  const data = JSON.parse(source.textContent);
  const map = L.map(box, { attributionControl: false, scrollWheelZoom: false, zoomAnimation: !data.tab, fadeAnimation: !data.tab }).setView(data.point, 15);
  const text = (value) => {
    const node = document.createElement("span");
    node.textContent = value;
    return node;
  };
  const area = (grid, style) =>
    L.geoJSON(grid.polygon, { style }).bindTooltip(text(grid.name), { sticky: true }).addTo(map);

  data.neighbours.forEach((grid) => area(grid, { color: "#94a3b8", weight: 1, fillOpacity: 0.04 }));
  const home = data.grid && area(data.grid, { color: "#2563eb", weight: 2, fillOpacity: 0.08 });
  if (data.accuracy) {
    L.circle(data.point, { radius: data.accuracy, color: "#dc2626", weight: 1, fillOpacity: 0.1 }).addTo(map);
  }
  data.nearby.forEach((row) =>
    L.circleMarker(row.point, { radius: 6, color: "#d97706", fillOpacity: 0.8 })
      .bindTooltip(text(`${row.number} ${row.title}`))
      .on("click", () => (data.tab ? window.open(row.url, "_blank", "noopener") : window.location.assign(row.url)))
      .addTo(map),
  );
  data.reports.forEach(([lat, lng, number]) =>
    L.circleMarker([lat, lng], { radius: 5, color: "#7c3aed", fillOpacity: 0.8 })
      .bindTooltip(text(number))
      .addTo(map),
  );
  L.circleMarker(data.point, { radius: 8, color: "#dc2626", fillColor: "#dc2626", fillOpacity: 0.9 })
    .bindTooltip(text("工单位置"))
    .addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (home) map.fitBounds(home.getBounds().extend(data.point).pad(0.1), { animate: !data.tab });
  return map;
};
document.addEventListener("DOMContentLoaded", () => window.xcDrawTicketMap());
