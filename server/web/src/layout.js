// What is shown where: which streams share a tile, and how the tiles fill the window. Pure.

/** @import { Attendee, Stream } from "./roster.js" */

/**
 * @typedef {object} TileContent
 * @property {string} key stays the same for as long as the tile does
 * @property {string} user
 * @property {string} source `camera`, `screen`, or the MediaStreamType of anything else
 * @property {boolean} self
 * @property {Stream | null} video
 * @property {Stream | null} audio
 */

/**
 * Everybody has a tile for camera and microphone, even if both are off; anything else has one while it lasts.
 *
 * @param {Iterable<Attendee>} attendees
 * @returns {TileContent[]}
 */
export function tilesOf(attendees) {
  return [...attendees].flatMap((attendee) => {
    const types = [...attendee.streams.keys()];
    const sources = new Set(["camera", ...types.map((type) => SOURCES[type] ?? type)]);
    return [...sources].map((source) => tileOf(attendee, source));
  });
}

/**
 * @param {Attendee} attendee
 * @param {string} source
 * @returns {TileContent}
 */
function tileOf({ user, self, streams }, source) {
  const shown = [...streams.values()].filter(({ type }) => (SOURCES[type] ?? type) === source);
  return {
    key: JSON.stringify([user, source]),
    user,
    source,
    self,
    video: shown.find(({ kind }) => kind === "video") ?? null,
    audio: shown.find(({ kind }) => kind === "audio") ?? null,
  };
}

/**
 * How many columns make the tiles of a grid largest.
 *
 * @param {number} count of tiles
 * @param {number} width of the grid in pixels
 * @param {number} height of the grid in pixels
 * @returns {{ columns: number, tileWidth: number }} tileWidth in pixels; all rows fit unless tiles became tiny
 */
export function arrange(count, width, height) {
  let best = { columns: 1, tileWidth: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const widest = (width - (columns - 1) * GAP) / columns;
    const highest = (height - (rows - 1) * GAP) / rows;
    const tileWidth = Math.floor(Math.min(widest, highest * ASPECT));
    if (tileWidth > best.tileWidth) best = { columns, tileWidth };
  }
  return best.tileWidth >= Math.min(SMALLEST, width) ? best : scrolling(width);
}

/** @param {number} width */
function scrolling(width) {
  const columns = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)));
  return { columns, tileWidth: Math.floor((width - (columns - 1) * GAP) / columns) };
}

/** @type {{ [type: string]: string }} */
const SOURCES = { webcam: "camera", mic: "camera", screen: "screen", screenAudio: "screen" };

/** Of a tile: that of most cameras. */
const ASPECT = 4 / 3;
/** Pixels between tiles, as in style.css. */
const GAP = 12;
/** Pixels of width under which the grid scrolls instead. */
const SMALLEST = 172;
