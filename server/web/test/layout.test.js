import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange, tilesOf } from "../src/layout.js";

test("camera and microphone share a tile, screen and its sound another", () => {
  const tiles = tilesOf([attendee("ada", ["webcam", "mic", "screen", "screenAudio"])]);

  assert.deepEqual(tiles.map(contents), [
    { source: "camera", video: "webcam", audio: "mic" },
    { source: "screen", video: "screen", audio: "screenAudio" },
  ]);
});

test("an attendee who sends nothing has a tile", () => {
  const tiles = tilesOf([attendee("ada", [])]);

  assert.deepEqual(tiles.map(contents), [{ source: "camera", video: undefined, audio: undefined }]);
});

test("a type of the site's own has a tile of its own", () => {
  const tiles = tilesOf([attendee("ada", ["whiteboard"])]);

  assert.deepEqual(
    tiles.map(({ source }) => source),
    ["camera", "whiteboard"],
  );
});

test("keys tell users and sources apart whatever they contain", () => {
  const tiles = tilesOf([attendee('a","b', ["c"]), attendee("a", ['b","c'])]);

  assert.equal(new Set(tiles.map(({ key }) => key)).size, tiles.length);
});

test("one tile is as high as the grid", () => {
  assert.deepEqual(arrange(1, 1200, 600), { columns: 1, tileWidth: 800 });
});

test("two tiles lie side by side in a wide grid and below each other in a tall one", () => {
  assert.equal(arrange(2, 1200, 600).columns, 2);
  assert.equal(arrange(2, 390, 700).columns, 1);
});

test("no arrangement is wider than the grid", () => {
  for (let width = 100; width <= 2000; width += 37)
    for (let count = 1; count <= 30; count++) {
      const { columns, tileWidth } = arrange(count, width, 500);
      assert.ok(columns * tileWidth + (columns - 1) * 12 <= width, `${count} in ${width}`);
    }
});

test("tiles that would become tiny keep a size at which names can be read", () => {
  assert.deepEqual(arrange(40, 370, 600), { columns: 2, tileWidth: 179 });
});

/**
 * @param {string} user
 * @param {string[]} types
 * @returns {import("../src/roster.js").Attendee}
 */
function attendee(user, types) {
  const streams = types.map((type) => [type, stream(type)]);
  return { user, self: false, streams: new Map(/** @type {any} */ (streams)) };
}

/**
 * @param {string} type
 * @returns {import("../src/roster.js").Stream}
 */
function stream(type) {
  const kind = /mic|Audio/.test(type) ? "audio" : "video";
  return { id: type, type, kind, paused: false, held: false, track: null, endpoint: null };
}

/** @param {import("../src/layout.js").TileContent} tile */
function contents({ source, video, audio }) {
  return { source, video: video?.type, audio: audio?.type };
}
