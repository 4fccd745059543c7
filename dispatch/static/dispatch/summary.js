/* Draws the charts of the summary page and shows the explanation behind each "?". */
(() => {
  "use strict";

  // Okabe and Ito's palette, which people with any colour blindness can tell apart; each series also
  // has a pattern (bars) or a symbol and a dash (lines) of its own.
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"];
  const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
  const DASHES = ["solid", "dashed", "dotted"];
  const ROW_HEIGHT = 26;
  const SERIES_HEIGHT = 12;
  const FRAME_HEIGHT = 90;
  const MIN_HEIGHT = 288;

  const isDark = () => document.documentElement.classList.contains("dark");

  function lineOption(chart) {
    return {
      xAxis: { type: "category", data: chart.names, boundaryGap: false },
      yAxis: { type: "value", minInterval: 1 },
      series: chart.series.map((series, index) => ({
        type: "line",
        name: series.name,
        data: series.values,
        symbol: SYMBOLS[index % SYMBOLS.length],
        symbolSize: 7,
        showSymbol: chart.names.length <= 62,
        lineStyle: { type: DASHES[index % DASHES.length], width: 2 },
      })),
    };
  }

  function barOption(chart) {
    return {
      xAxis: { type: "value", minInterval: 1 },
      yAxis: {
        type: "category",
        data: chart.names,
        inverse: true,
        axisLabel: { width: chart.label_width || 120, overflow: "truncate", interval: 0 },
      },
      series: chart.series.map((series) => ({
        type: "bar",
        name: series.name,
        data: series.values,
        stack: chart.stack ? "all" : undefined,
        barMaxWidth: 18,
        label: { show: chart.series.length === 1, position: "right" },
      })),
    };
  }

  function option(chart) {
    const soft = isDark() ? "#9ca3af" : "#4b5563";
    const own = chart.kind === "line" ? lineOption(chart) : barOption(chart);
    const grid = isDark() ? "#374151" : "#e5e7eb";
    for (const axis of [own.xAxis, own.yAxis]) {
      axis.axisLabel = { color: soft, ...axis.axisLabel };
      axis.splitLine = { show: axis.type === "value", lineStyle: { color: grid } };
    }
    return {
      ...own,
      color: COLOURS,
      animation: false,
      aria: { enabled: true, label: { description: chart.title }, decal: { show: chart.kind === "bar" && chart.series.length > 1 } },
      textStyle: { fontFamily: "inherit", color: soft },
      legend: { show: chart.series.length > 1, top: 0, textStyle: { color: soft } },
      tooltip: { trigger: "axis", confine: true, axisPointer: { type: chart.kind === "line" ? "line" : "shadow" } },
      grid: { left: 8, right: 32, top: chart.series.length > 1 ? 34 : 10, bottom: 8, containLabel: true },
    };
  }

  function height(chart) {
    if (chart.kind === "line") return MIN_HEIGHT;
    const bars = chart.stack ? 1 : chart.series.length;
    const row = ROW_HEIGHT + (bars - 1) * SERIES_HEIGHT;
    return Math.max(MIN_HEIGHT, FRAME_HEIGHT + chart.names.length * row);
  }

  function drawAll() {
    const data = document.getElementById("summary-charts");
    if (!data || !window.echarts) return;
    const drawn = [];
    for (const [id, chart] of Object.entries(JSON.parse(data.textContent))) {
      const element = document.getElementById(id);
      if (!element) continue;
      element.style.height = `${height(chart)}px`;
      const view = window.echarts.init(element, null, { renderer: "svg" });
      view.setOption(option(chart));
      drawn.push([view, chart, element]);
    }
    const resize = new ResizeObserver(() => drawn.forEach(([view]) => view.resize()));
    drawn.forEach(([, , element]) => resize.observe(element));
    const repaint = () => drawn.forEach(([view, chart]) => view.setOption(option(chart), true));
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["class"] });
  }

  function explain() {
    const tip = document.getElementById("summary-tip");
    const hide = () => { tip.hidden = true; };
    const show = (event) => {
      const button = event.target.closest?.(".summary-why");
      if (!button) return;
      tip.textContent = button.dataset.why;
      tip.hidden = false;
      const at = button.getBoundingClientRect();
      const left = Math.min(at.left, window.innerWidth - tip.offsetWidth - 16);
      const above = at.top - tip.offsetHeight - 6;
      tip.style.left = `${Math.max(16, left)}px`;
      tip.style.top = `${above > 8 ? above : at.bottom + 6}px`;
    };
    for (const name of ["mouseover", "focusin", "click"]) document.addEventListener(name, show);
    for (const name of ["mouseout", "focusout", "scroll"]) document.addEventListener(name, hide, true);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  }

  // A month asks for one day in it, a range of one's own for two: the style sheet shows what is asked.
  function followPeriod() {
    const form = document.getElementById("summary-filters");
    const chooser = form && form.elements.period;
    if (chooser) chooser.addEventListener("change", () => { form.dataset.period = chooser.value; });
  }

  document.addEventListener("DOMContentLoaded", () => {
    followPeriod();
    drawAll();
    explain();
  });
})();
