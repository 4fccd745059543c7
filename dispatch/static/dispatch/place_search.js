// Chooses a circle (click), a box (drag) or a named place on the map and leads to the list of it.
document.addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("xc-map");
  const data = JSON.parse(document.getElementById("xc-place-data").textContent);
  const map = L.map(box, { attributionControl: false, boxZoom: false });
  const text = (value) => {
    const node = document.createElement("span");
    node.textContent = value;
    return node;
  };
  const shapes = data.grids.map((grid) =>
    L.geoJSON(grid.polygon, { style: { color: "#64748b", weight: 1, fillOpacity: 0.04 } })
      .bindTooltip(text(`${grid.village_name} ${grid.name}`), { sticky: true })
      .addTo(map),
  );
  if (shapes.length) map.fitBounds(L.featureGroup(shapes).getBounds().pad(0.03));
  else map.setView([30.31, 120.5], 13);
  data.landmarks.forEach((mark) =>
    L.circleMarker([mark.lat, mark.lng], { radius: 4, color: "#c2410c", fillOpacity: 0.7 })
      .bindTooltip(text(mark.name))
      .addTo(map),
  );
  L.control.scale({ imperial: false }).addTo(map);

  const chosen = document.getElementById("xc-chosen");
  const show = document.getElementById("xc-show");
  const radius = document.getElementById("xc-radius");
  const mode = () => document.querySelector("input[name=mode]:checked").value;
  let drawn = null;
  let centre = null;
  const style = { color: "#2563eb", weight: 2, fillOpacity: 0.12 };

  const choose = (layer, params, words) => {
    if (drawn) drawn.remove();
    drawn = layer.addTo(map);
    chosen.textContent = words;
    show.href = `${data.url}?${new URLSearchParams({ ...data.params, ...params })}`;
    show.hidden = false;
  };
  const circle = (lat, lng, metres, words) => {
    centre = [lat, lng];
    choose(
      L.circle(centre, { ...style, radius: metres }),
      { near: `${lat.toFixed(6)},${lng.toFixed(6)},${Math.round(metres)}` },
      words || `已选：${Math.round(metres)} 米以内`,
    );
  };
  const rectangle = (bounds, words) => {
    centre = null;
    const edges = [bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast()];
    choose(L.rectangle(bounds, style), { box: edges.map((edge) => edge.toFixed(6)).join(",") }, words || "已选：框内范围");
  };

  const setDragging = () => (mode() === "box" ? map.dragging.disable() : map.dragging.enable());
  document.querySelectorAll("input[name=mode]").forEach((input) => input.addEventListener("change", setDragging));
  radius.addEventListener("change", () => centre && circle(...centre, Number(radius.value)));
  map.on("click", (event) => {
    if (mode() === "circle") circle(event.latlng.lat, event.latlng.lng, Number(radius.value));
  });
  let start = null;
  map.on("mousedown", (event) => {
    if (mode() === "box") start = event.latlng;
  });
  map.on("mousemove", (event) => {
    if (start) rectangle(L.latLngBounds(start, event.latlng));
  });
  map.on("mouseup", () => {
    start = null;
  });

  const list = document.getElementById("xc-found");
  const places = [
    ...data.landmarks.map((mark) => ({
      label: `地标 ${mark.name}`,
      words: [mark.name, ...mark.aliases].join(" "),
      pick: () => {
        map.setView([mark.lat, mark.lng], 16);
        circle(mark.lat, mark.lng, Math.max(mark.radius_m, 100), `已选：${mark.name} ${Math.max(mark.radius_m, 100)} 米以内`);
      },
    })),
    ...data.grids.map((grid, index) => ({
      label: `网格 ${grid.village_name} ${grid.name}`,
      words: `${grid.village_name} ${grid.name} ${grid.code}`,
      pick: () => {
        const bounds = shapes[index].getBounds();
        map.fitBounds(bounds.pad(0.2));
        rectangle(bounds, `已选：${grid.name} 所在的方框`);
      },
    })),
  ];
  document.getElementById("xc-name").addEventListener("input", (event) => {
    const wanted = event.target.value.trim();
    const found = wanted ? places.filter((place) => place.words.includes(wanted)).slice(0, 20) : [];
    list.replaceChildren(
      ...found.map((place) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = place.label;
        button.addEventListener("click", place.pick);
        return button;
      }),
    );
    if (wanted && !found.length) list.textContent = "没有这个地名，请换个说法或直接在地图上选";
  });

  if (data.near) circle(data.near[0], data.near[1], data.near[2]);
  else if (data.box) rectangle(L.latLngBounds([data.box[0], data.box[1]], [data.box[2], data.box[3]]));
});
