/* Waiting, in one place: how long between tries, and what counts as too long. Milliseconds. */

const timing = {
  // Between the tries of what may be repeated without harm.
  pauses: [1000, 3000],
  // A waiting time that the server names is kept to when it is short; a longer one is told to the person.
  longestWait: 10000,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** A third shorter or longer: a village does not knock at the same moment. */
timing.spread = (ms) => Math.round(ms * (0.67 + 0.66 * Math.random()));

module.exports = timing;
