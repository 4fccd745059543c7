/* The filters of a view live in the address: a copied address opens the same view, "back" leads to the last one. */

/** What the server understands; the rest of the address is the page's own. */
export const ASKED = ["period", "date", "first", "last", "category", "department", "grid", "dimension"];
export const LIVE = ["category", "department", "grid", "dimension"];
const OWN = ["measure", "sort"];

/** The filters now, as text; what is not set is missing. */
export function read() {
  const given = new URLSearchParams(window.location.search);
  return Object.fromEntries([...ASKED, ...OWN].flatMap((name) => (given.get(name) ? [[name, given.get(name)]] : [])));
}

/** `?period=week&grid=3` of the named parts, or "". */
export function queryOf(filters, names = ASKED) {
  const kept = new URLSearchParams();
  for (const name of names) if (filters[name]) kept.set(name, filters[name]);
  return kept.size ? `?${kept}` : "";
}

/**
 * Go to another view. `changes`: names with new values, "" takes one away. `quiet` replaces the entry of the
 * history (another column sorted is no step back).
 */
export function go(changes, { quiet = false } = {}) {
  const next = tidy({ ...read(), ...changes });
  const address = window.location.pathname + queryOf(next, [...ASKED, ...OWN]);
  if (address === window.location.pathname + window.location.search) return false;
  window.history[quiet ? "replaceState" : "pushState"](null, "", address);
  return true;
}

/** A range of one's own has no day, a period has no range. */
function tidy(filters) {
  const { date, first, last, ...rest } = filters;
  return rest.period === "custom" ? { ...rest, first, last } : { ...rest, date };
}
