/* Colours of the two screens. Every pair was looked at with deuteranopia, protanopia and tritanopia: hues differ
   in lightness too, and nothing is told by colour alone (symbols, dashes, patterns, words). */

const COMMON = {
  // Okabe and Ito's palette: told apart with any colour blindness.
  series: ["#56B4E9", "#E69F00", "#009E73", "#CC79A7"],
  font: '"Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif',
};

export const WALL = {
  ...COMMON,
  dark: true,
  text: "#e8eef9",
  soft: "#b4c2dc",
  line: "#2b3b5a",
  panel: "#121c2f",
  series: ["#6cc4f5", "#ffb84d", "#4fd1a5", "#e6a3cc"],
  // More is lighter on the dark wall.
  ramps: {
    open: ["#1b3554", "#245a8a", "#3487c0", "#6cb8e6", "#c3e4fa"],
    opened: ["#1b3554", "#245a8a", "#3487c0", "#6cb8e6", "#c3e4fa"],
    overdue: ["#3a2b18", "#74491a", "#b06c1c", "#e89a3c", "#ffd9a3"],
    per_1000: ["#1c3f38", "#22685a", "#2f957e", "#66c4aa", "#c4f0e0"],
  },
  unknown: "#2a3449",
  holiday: "rgba(230, 163, 204, 0.20)",
  workday: "rgba(255, 184, 77, 0.22)",
};

export const DESK = {
  ...COMMON,
  dark: false,
  text: "#14213a",
  soft: "#4d5a73",
  line: "#dbe2ec",
  panel: "#ffffff",
  series: ["#0063a6", "#b25e00", "#00795a", "#9c4578"],
  ramps: {
    open: ["#e3eefa", "#b5d3ee", "#75aedb", "#2f7fbd", "#0b4f8a"],
    opened: ["#e3eefa", "#b5d3ee", "#75aedb", "#2f7fbd", "#0b4f8a"],
    overdue: ["#fdeedd", "#f9cf9f", "#eda255", "#c96f17", "#8a4300"],
    per_1000: ["#e0f3ec", "#aadcca", "#66bb9f", "#23896b", "#045740"],
  },
  unknown: "#eceff4",
  holiday: "rgba(156, 69, 120, 0.12)",
  workday: "rgba(178, 94, 0, 0.14)",
};

export const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
export const DASHES = ["solid", "dashed", "dotted"];

/** Whether dark letters are read better on a colour than light ones (relative luminance, WCAG). */
export function inkOn(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#0b1220" : "#ffffff";
}

/**
 * Cut what is above nought up to `most` into at most five classes of whole numbers (or tenths), each with a colour of the ramp.
 *
 * @returns {{min: number, max: number, label: string, color: string}[]}
 */
export function classes(most, ramp, { whole = true } = {}) {
  if (!(most > 0)) return [];
  const unit = whole ? 1 : 0.1;
  const step = Math.max(unit, niceStep(most / ramp.length, unit));
  const digits = whole ? 0 : 1;
  // Nought has no class: whole numbers begin with one.
  const first = whole ? 1 : 0;
  const found = [];
  for (let index = 0; index < ramp.length; index += 1) {
    const min = Math.max(index * step + first, unit);
    if (index > 0 && min > most) break;
    const max = (index + 1) * step + first;
    const last = max > most || index === ramp.length - 1;
    const upper = whole ? max - 1 : max;
    const label = last ? `${min.toFixed(digits)} 以上` : whole && upper === min ? String(min) : `${min.toFixed(digits)}–${upper.toFixed(digits)}`;
    found.push({ min, max: last ? Infinity : max, label, color: ramp[index] });
  }
  // Few classes leave out the shades that are nearest to "none".
  const start = Math.min(2, ramp.length - found.length);
  const steps = Math.max(1, found.length - 1);
  return found.map((one, index) => ({ ...one, color: ramp[start + Math.round((index * (ramp.length - 1 - start)) / steps)] }));
}

function niceStep(rough, unit) {
  const size = 10 ** Math.floor(Math.log10(Math.max(rough, unit)));
  const nice = [1, 2, 3, 5, 10].find((one) => one * size >= rough) * size;
  return Math.ceil(nice / unit) * unit;
}

/** The class a value falls in, or null where the value is not known. */
export const classOf = (value, found) => (value === null || value === undefined ? null : found.find((one) => value >= one.min && value < one.max) || null);
