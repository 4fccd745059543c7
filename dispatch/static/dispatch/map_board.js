// The map board: open tickets on the grids, filtered in the browser; the address keeps the filters.
document.addEventListener("DOMContentLoaded", async () => {
  const source = document.getElementById("map-config");
  const box = document.getElementById("map");
  if (!source || !box || !window.L) return;
  const config = JSON.parse(source.textContent);
  const form = document.getElementById("map-filters");
  const legend = document.getElementById("map-legend");
  const count = document.getElementById("map-count");
  const note = document.getElementById("map-note");
  const list = document.getElementById("map-list");
  const dark = document.documentElement.classList.contains("dark");
  const COLOURS = { assessing: "#d97706", need_info: "#a16207", dispatched: "#0891b2", escalated: "#6d28d9", handling: "#2563eb", suspended: "#64748b", handled: "#15803d" };
  const DUE = [["late", "超期", "!", "#dc2626"], ["soon", "24 小时内", "近", "#c2410c"], ["later", "未到期", "", "#2563eb"], ["paused", "无期限", "‖", "#64748b"]];
  const LISTED = 100;
  const cards = new Map(config.cards);
  const fresh = document.getElementById("map-fresh");
  const DAY = 1440;
  const names = { status: new Map(config.statuses), urgency: new Map(config.urgencies), category: new Map(config.categories), department: new Map(config.departments) };

  // Titles and names are somebody's text: they go in as text, never as markup.
  const make = (tag, className, text) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const say = (text) => {
    note.textContent = text;
    note.hidden = !text;
  };

  const map = L.map(box, { preferCanvas: true, zoomSnap: 0.5, maxZoom: 18, maxBoundsViscosity: 0.6 }).setView([30.31, 120.5], 13);
  map.attributionControl.setPrefix(false);
  config.tiles.forEach((tile) => {
    const layer = L.tileLayer(tile.url, { subdomains: tile.subdomains, attribution: tile.attribution, maxZoom: tile.maxZoom, referrerPolicy: "strict-origin" });
    layer.once("tileerror", () => say("底图加载失败，仅显示网格"));
    layer.addTo(map);
  });
  L.control.scale({ imperial: false }).addTo(map);

  const state = (() => {
    const asked = new URLSearchParams(window.location.search);
    const many = (name) => new Set((asked.get(name) || "").split(",").filter(Boolean));
    return { status: many("status"), due: many("due"), view: asked.get("view") === "heat" ? "heat" : "cluster" };
  })();
  const keepAddress = () => {
    const kept = new URLSearchParams();
    ["status", "due"].forEach((name) => state[name].size && kept.set(name, [...state[name]].join(",")));
    ["category", "department", "urgency", "card", "age"].forEach((name) => form.elements[name].value && kept.set(name, form.elements[name].value));
    if (state.view === "heat") kept.set("view", "heat");
    window.history.replaceState(null, "", `${window.location.pathname}${kept.size ? `?${kept}` : ""}`);
  };

  let nowMinute = Math.floor(Date.now() / 60000);
  const dueState = (row) => {
    if (row.paused_at !== null || row.next_due_at === null) return "paused";
    if (row.next_due_at < nowMinute) return "late";
    return row.next_due_at - nowMinute <= DAY ? "soon" : "later";
  };
  const span = (minutes) => {
    const size = Math.abs(minutes);
    if (size >= DAY) return `${Math.floor(size / DAY)} 天 ${Math.floor((size % DAY) / 60)} 小时`;
    return size >= 60 ? `${Math.floor(size / 60)} 小时 ${size % 60} 分` : `${size} 分钟`;
  };
  const dueText = (row) => {
    if (row.paused_at !== null) return "计时已暂停";
    if (row.next_due_at === null) return "无期限";
    return row.next_due_at < nowMinute ? `超期 ${span(nowMinute - row.next_due_at)}` : `剩 ${span(row.next_due_at - nowMinute)}`;
  };
  const dueLine = (row) => make("span", row.due === "late" ? "map-late" : "", dueText(row));

  let rows = [];
  let shown = [];
  const cluster = L.markerClusterGroup({
    maxClusterRadius: 60,
    disableClusteringAtZoom: 18,
    showCoverageOnHover: false,
    animate: false,
    chunkedLoading: false,
    iconCreateFunction: (group) => {
      const children = group.getAllChildMarkers();
      const late = children.reduce((sum, marker) => sum + (marker.row.due === "late" ? 1 : 0), 0);
      const face = make("div", "", String(children.length));
      if (late) face.append(make("small", "", `${late} 超`));
      face.className = `map-cluster${late ? " map-has-late" : ""}`;
      const size = 30 + Math.min(16, Math.round(Math.log2(children.length) * 2));
      face.style.width = face.style.height = `${size}px`;
      return L.divIcon({ html: face, className: "map-cluster-box", iconSize: [size, size] });
    },
  });
  const heat = L.heatLayer([], { radius: 22, blur: 16, maxZoom: 0, minOpacity: 0.2 });
  // Red is the busiest spot of what is shown at this zoom, whether there are fifty cases or five thousand.
  const scaleHeat = () => {
    const cells = new Map();
    shown.forEach((row) => {
      const { x, y } = map.project([row.lat, row.lng]).divideBy(19).floor();
      const key = `${x}:${y}`;
      cells.set(key, (cells.get(key) || 0) + 1);
    });
    heat.setOptions({ max: Math.max(3, 2 * Math.max(0, ...cells.values())) });
  };

  const popupOf = (row) => {
    const body = make("div", "map-popup");
    body.append(make("b", "", row.number), make("div", "", row.title));
    body.append(make("small", "", [names.status.get(row.status), `${row.urgency} ${names.urgency.get(row.urgency) || ""}`, names.category.get(row.category_id), names.department.get(row.lead_department_id)].filter(Boolean).join(" · ")), make("br"));
    body.append(dueLine(row));
    if (row.card) body.append(" ", make("span", `map-card map-card-${row.card}`, cards.get(row.card)));
    body.append(make("br"));
    const link = make("a", "", "打开工单");
    link.href = config.ticket.replace("{id}", row.pk);
    body.append(link);
    return body;
  };
  const markerOf = (row) => {
    if (row.marker) return row.marker;
    const [, , sign] = DUE.find(([key]) => key === row.due);
    const face = make("div", `map-pin${row.due === "late" ? " map-pin-late" : ""}${row.card ? ` map-pin-${row.card}` : ""}`, sign);
    face.style.setProperty("--dot", row.due === "late" ? "#dc2626" : COLOURS[row.status]);
    face.style.width = face.style.height = "22px";
    row.marker = L.marker([row.lat, row.lng], { icon: L.divIcon({ html: face, className: "map-pin-box", iconSize: [22, 22] }), alt: row.number, keyboard: false });
    row.marker.row = row;
    row.marker.bindPopup(() => popupOf(row));
    return row.marker;
  };

  const CHECKS = {
    status: (row) => !state.status.size || state.status.has(row.status),
    due: (row) => !state.due.size || state.due.has(row.due),
    category: (row, value) => !value || (names.category.get(row.category_id) || "").startsWith(value),
    department: (row, value) => !value || String(row.lead_department_id) === value,
    urgency: (row, value) => !value || row.urgency === value,
    card: (row, value) => !value || (value === "any" ? row.card !== "" : row.card === value),
    age: (row, value) => {
      if (!value) return true;
      const age = nowMinute - row.opened_at;
      return Number(value) > 0 ? age <= Number(value) * DAY : age >= -Number(value) * DAY;
    },
  };
  const passes = (row, but) => Object.entries(CHECKS).every(([name, check]) => name === but || check(row, form.elements[name]?.value));

  const grids = new Map();
  const gridText = (grid) => `${grid.name}：在办 ${grid.open || 0} 件${grid.late ? `，超期 ${grid.late} 件` : ""}`;
  const countGrids = () => {
    grids.forEach((grid) => { grid.open = grid.late = 0; });
    shown.forEach((row) => {
      const grid = grids.get(row.grid_id);
      if (!grid) return;
      grid.open += 1;
      if (row.due === "late") grid.late += 1;
    });
    const most = Math.max(1, ...[...grids.values()].map((grid) => grid.open));
    grids.forEach((grid) => grid.layer.setStyle({ fillOpacity: 0.03 + 0.16 * (grid.open / most) }));
  };

  const drawList = () => {
    const bounds = map.getBounds();
    const inside = shown.filter((row) => bounds.contains([row.lat, row.lng]));
    document.getElementById("map-shown").textContent = `${inside.length} 件`;
    inside.sort((a, b) => (a.next_due_at ?? Infinity) - (b.next_due_at ?? Infinity));
    const lines = inside.slice(0, LISTED).map((row) => {
      const button = make("button", "");
      button.type = "button";
      button.append(make("b", "", row.title || row.number), make("br"));
      button.append(make("small", "", `${names.status.get(row.status)} · ${names.department.get(row.lead_department_id) || "未派单"} · `), dueLine(row));
      if (row.card) button.append(" ", make("span", `map-card map-card-${row.card}`, cards.get(row.card)));
      button.addEventListener("click", () => showTicket(row));
      const line = make("li", "");
      line.append(button);
      return line;
    });
    if (inside.length > LISTED) lines.push(make("li", "xc-soft", `只列出最急的 ${LISTED} 件，放大地图或筛选可看其余`));
    if (!inside.length && shown.length) lines.push(make("li", "xc-soft", `这个范围内没有；缩小或移动地图可见其余 ${shown.length} 件`));
    list.replaceChildren(...lines);
  };
  const showTicket = (row) => {
    // A popup of its own: the marker may be inside a cluster, or under another one at the same door.
    map.setView([row.lat, row.lng], Math.max(map.getZoom(), 16), { animate: false });
    L.popup({ offset: [0, -8] }).setLatLng([row.lat, row.lng]).setContent(popupOf(row)).openOn(map);
  };

  const chip = (kind, key, label, sign, colour) => {
    const total = rows.reduce((sum, row) => sum + ((kind === "due" ? row.due : row.status) === key && passes(row, kind) ? 1 : 0), 0);
    const button = make("button", "map-chip");
    button.type = "button";
    button.dataset[kind] = key;
    button.setAttribute("aria-pressed", String(state[kind].has(key)));
    if (!total) button.dataset.empty = "";
    const dot = make("span", "map-dot", sign);
    dot.style.setProperty("--dot", colour);
    button.append(dot, make("span", "", label), make("b", "", String(total)));
    button.addEventListener("click", () => {
      if (!state[kind].delete(key)) state[kind].add(key);
      update();
    });
    return button;
  };
  const drawLegend = () => {
    legend.replaceChildren(
      ...DUE.map(([key, label, sign, colour]) => chip("due", key, label, sign, colour)),
      ...config.statuses.map(([key, label]) => chip("status", key, label, "", COLOURS[key])),
    );
    document.querySelectorAll("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === state.view)));
  };

  const update = () => {
    const began = performance.now();
    keepAddress();
    shown = rows.filter((row) => passes(row));
    cluster.clearLayers();
    if (state.view === "heat") {
      map.removeLayer(cluster);
      heat.setLatLngs(shown.map((row) => [row.lat, row.lng, 1]));
      heat.addTo(map);
      scaleHeat();
    } else {
      map.removeLayer(heat);
      cluster.addLayers(shown.map(markerOf));
      cluster.addTo(map);
    }
    countGrids();
    drawLegend();
    drawList();
    count.textContent = shown.length === rows.length ? `在办 ${rows.length} 件` : `筛选出 ${shown.length} 件，在办共 ${rows.length} 件`;
    say(rows.length ? (shown.length ? "" : "没有符合筛选条件的工单") : "现在没有在办工单");
    box.dataset.drawn = String(shown.length);
    box.dataset.millis = String(Math.round(performance.now() - began));
  };

  const fill = (name, options) => {
    const select = form.elements[name];
    options.forEach(([value, label]) => {
      const option = make("option", "", label);
      option.value = value;
      select.append(option);
    });
    const asked = new URLSearchParams(window.location.search).get(name) || "";
    if ([...select.options].some((option) => option.value === asked)) select.value = asked;
  };
  const readGrids = (data) => {
    data.grids.forEach((grid) => {
      const layer = L.geoJSON(grid.polygon, { style: { color: dark ? "#94a3b8" : "#64748b", weight: 1, fillColor: "#2563eb", fillOpacity: 0.04 } });
      const kept = { name: grid.name, open: 0, late: 0, layer };
      layer.bindTooltip(() => make("span", "", gridText(kept)), { sticky: true }).addTo(map);
      grids.set(grid.id, kept);
    });
    const drawn = L.featureGroup([...grids.values()].map((grid) => grid.layer));
    if (!grids.size) return;
    map.fitBounds(drawn.getBounds().pad(0.03), { animate: false }); // an animation that ends late would undo a first click
    map.setMaxBounds(drawn.getBounds().pad(1.5)); // nobody gets lost beyond the township
  };
  const readTime = () => {
    nowMinute = Math.floor(Date.now() / 60000);
    const moved = rows.filter((row) => row.due !== dueState(row));
    moved.forEach((row) => {
      row.due = dueState(row);
      row.marker = undefined;
    });
    return moved.length > 0;
  };
  const readRows = (data) => {
    nowMinute = Math.floor(Date.now() / 60000);
    rows = data.rows.map((cells) => {
      const row = Object.fromEntries(data.columns.map((name, at) => [name, cells[at]]));
      row.due = dueState(row);
      return row;
    });
  };

  const get = async (url, headers = {}) => {
    const answer = await fetch(url, { headers: { Accept: "application/json", ...headers }, cache: "no-store" });
    if (answer.status === 304) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    if (url === config.data) mark = answer.headers.get("ETag") || "";
    return answer.json();
  };
  let mark = "";
  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  // Zoom, place, filters and an open popup stay; what became due meanwhile changes without new data.
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const data = await get(config.data, { "X-Background": "1", ...(mark ? { "If-None-Match": mark } : {}) });
      fresh.textContent = `${clock()} 更新`;
      const open = rows.find((row) => row.marker?.isPopupOpen());
      if (data) readRows(data);
      else if (!readTime()) return;
      update();
      const again = open && shown.find((row) => row.pk === open.pk);
      if (again && state.view !== "heat" && cluster.getVisibleParent(markerOf(again)) === again.marker) again.marker.openPopup();
    } catch (error) {
      fresh.textContent = "自动更新没有成功，稍后再试";
    }
  };
  try {
    const [data, shapes] = await Promise.all([get(config.data), get(config.grids)]);
    readGrids(shapes);
    readRows(data);
    const used = (name) => new Set(rows.map((row) => row[name]));
    const [categories, departments] = [used("category_id"), used("lead_department_id")];
    const leaves = config.categories.filter(([pk]) => categories.has(pk)).map(([, label]) => label);
    const tops = new Set(leaves.map((label) => label.slice(0, 2)));
    fill("category", config.categories.filter(([, label]) => tops.has(label.split(" ")[0]) || leaves.includes(label)).map(([, label]) => [label.split(" ")[0], label]));
    fill("department", config.departments.filter(([pk]) => departments.has(pk)));
    fill("urgency", config.urgencies.map(([value, label]) => [value, `${value} ${label}`]));
    fill("card", config.cards.map(([value, label]) => [value, `仅${label}`]));
    fill("age", []);
    if (!grids.size && rows.length) map.fitBounds(L.latLngBounds(rows.map((row) => [row.lat, row.lng])).pad(0.1), { animate: false });
    update();
    if (data.capped) say(`在办工单超过 ${data.cap} 件，只显示最新的 ${data.cap} 件`);
  } catch (error) {
    count.textContent = "";
    say("数据没有读到，请检查网络后刷新页面");
    return;
  }
  fresh.textContent = `${clock()} 更新`;
  setInterval(refresh, config.refreshSeconds * 1000);
  document.addEventListener("visibilitychange", refresh);
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    state.status.clear();
    state.due.clear();
    setTimeout(update);
  });
  document.querySelectorAll("[data-view]").forEach((button) =>
    button.addEventListener("click", () => {
      state.view = button.dataset.view;
      update();
    }),
  );
  map.on("moveend", drawList);
  map.on("zoomend", () => state.view === "heat" && scaleHeat());
});
