import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Roster } from "../src/roster.js";

/** @type {string[]} */
let begun;
/** @type {Roster} */
let roster;

beforeEach(() => {
  begun = [];
  roster = new Roster("me", (attendee, { type, id }) =>
    begun.push(`${attendee.user} ${type} ${id}`),
  );
});

test("attendees come with what they send already", () => {
  const producers = [{ id: "1", type: "mic", kind: /** @type {const} */ ("audio"), paused: true }];

  roster.addAll([
    { user: "ada", joined: true, producers },
    { user: "not yet here", joined: false, producers: [] },
    { user: "me", joined: true, producers },
  ]);

  assert.deepEqual([...roster.attendees.keys()], ["me", "ada"]);
  assert.deepEqual(begun, ["ada mic 1"]);
  assert.equal(stream("ada", "mic")?.paused, true);
});

test("a stream that is told of twice begins once", () => {
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });

  assert.deepEqual(begun, ["ada mic 1"]);
});

test("a new stream of a type takes the place of the old one, whose consumer closes", () => {
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });
  const closed = endpoint("ada", "mic");

  tell("producerAdded", { user: "ada", type: "mic", id: "2" });

  assert.deepEqual(begun, ["ada mic 1", "ada mic 2"]);
  assert.equal(closed.count, 1);
});

test("who leaves takes all streams along", () => {
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });
  const closed = endpoint("ada", "mic");

  tell("userLeft", { user: "ada" });

  assert.deepEqual([...roster.attendees.keys()], ["me"]);
  assert.equal(closed.count, 1);
});

test("a producer that is closed on the server ends its stream, and no other", () => {
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });
  tell("producerAdded", { user: "ada", type: "webcam", id: "2" });

  tell("consumerClosed", { id: "c", producerId: "1" });

  assert.deepEqual([...(roster.attendees.get("ada")?.streams.keys() ?? [])], ["webcam"]);
});

test("pausing is noted, and undone by resuming", () => {
  tell("producerAdded", { user: "ada", type: "mic", id: "1" });

  tell("producerPaused", { user: "ada", type: "mic" });
  assert.equal(stream("ada", "mic")?.paused, true);

  tell("producerResumed", { user: "ada", type: "mic" });
  assert.equal(stream("ada", "mic")?.paused, false);
});

test("the kind of a stream follows from its type until its consumer is there", () => {
  for (const type of ["mic", "screenAudio", "audio", "webcam", "screen", "video"])
    tell("producerAdded", { user: "ada", type, id: type });

  const kinds = [...(roster.attendees.get("ada")?.streams.values() ?? [])].map(({ kind }) => kind);
  assert.deepEqual(kinds, ["audio", "audio", "audio", "video", "video", "video"]);
});

test("what is said about ourselves, about strangers or in unknown words changes nothing", () => {
  const meant = [
    roster.handle({ method: "producerRemoved", data: { user: "me", type: "mic" } }),
    roster.handle({ method: "activeSpeaker", data: { user: "ada" } }),
  ];
  tell("producerPaused", { user: "stranger", type: "mic" });
  tell("producerRemoved", { user: "stranger", type: "mic" });

  assert.deepEqual(meant, [false, false]);
  assert.deepEqual([...roster.attendees.keys()], ["me"]);
});

/**
 * @param {string} method
 * @param {object} data
 */
function tell(method, data) {
  assert.equal(roster.handle({ method, data }), true);
}

/**
 * @param {string} user
 * @param {string} type
 */
function stream(user, type) {
  return roster.attendees.get(user)?.streams.get(type);
}

/**
 * Gives a stream a consumer, and counts how often it is closed.
 *
 * @param {string} user
 * @param {string} type
 */
function endpoint(user, type) {
  const closed = { count: 0 };
  const consumer = /** @type {any} */ ({ close: () => closed.count++ });
  Object.assign(stream(user, type) ?? {}, { endpoint: consumer });
  return closed;
}
