/**
 * How long to wait before a try to reconnect: doubling, capped, and spread, so that the clients of a
 * server that restarts do not come back all at once.
 *
 * @param {number} attempt counted from 0
 * @param {number} random in [0, 1)
 * @returns {number} milliseconds
 */
export function backoffMs(attempt, random = Math.random()) {
  const ceiling = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return ceiling / 2 + (ceiling / 2) * random;
}

const FIRST_MS = 500;
const LONGEST_MS = 10_000;
