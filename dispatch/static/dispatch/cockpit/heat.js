/* When people report: hours of the day by days of the week. */
import { axis } from "./chart.js";
import { classes, classOf, inkOn } from "./theme.js";
import { count, WEEKDAYS } from "./words.js";

const HOURS = Array.from({ length: 24 }, (_one, hour) => hour);

/** The server's table, Monday first, made 7 × 24 whatever is missing. */
export function gridOf(heat) {
  return WEEKDAYS.map((_name, weekday) => HOURS.map((hour) => heat.rows[weekday]?.[hour] ?? 0));
}

/** The busiest hour as a sentence, or "" where nothing happened. */
export function busiest(heat) {
  const cells = gridOf(heat).flatMap((row, weekday) => row.map((value, hour) => ({ value, weekday, hour })));
  const top = cells.reduce((best, cell) => (cell.value > (best?.value ?? 0) ? cell : best), null);
  return top ? `${WEEKDAYS[top.weekday]} ${top.hour} 点最多（${count(top.value)} 件）` : "";
}

/**
 * The numbers stand in the cells where there is room, so that nothing hangs on the colour alone.
 * `days`: how many names of days are left out between two.
 */
export function heatOption(grid, theme, { numbers = false, days = 0 } = {}) {
  return (size) => {
    const most = Math.max(0, ...grid.flat());
    const found = classes(most, theme.ramps.open);
    const cells = grid.flatMap((row, weekday) =>
      row.map((value, hour) => {
        const own = value ? classOf(value, found) : null;
        const colour = own ? own.color : theme.unknown;
        const label = { show: value > 0 && (numbers || value === most), color: own ? inkOn(colour) : theme.text, formatter: count(value) };
        return { value: [hour, weekday, value], itemStyle: { color: colour }, label };
      }),
    );
    return {
      grid: { left: 4 * size, right: 6 * size, top: 4 * size, bottom: 4 * size, containLabel: true },
      tooltip: { formatter: (point) => `${WEEKDAYS[point.value[1]]} ${point.value[0]}:00–${point.value[0] + 1}:00\n${count(point.value[2])} 件` },
      xAxis: axis(theme, size, { type: "category", data: HOURS, axisLine: { show: false }, axisLabel: { formatter: (hour) => `${hour}时`, interval: 2, hideOverlap: false } }),
      yAxis: axis(theme, size, { type: "category", data: WEEKDAYS, inverse: true, axisLine: { show: false }, axisLabel: { interval: days, hideOverlap: false } }),
      series: [
        {
          type: "heatmap",
          data: cells,
          itemStyle: { borderColor: theme.panel, borderWidth: 1.5 * size },
          label: { fontSize: 10 * size, fontFamily: theme.font },
          emphasis: { itemStyle: { borderColor: theme.text } },
        },
      ],
    };
  };
}
