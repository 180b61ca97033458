import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { IceRepair } from "../src/ice_repair.js";

/** @type {ReturnType<typeof world>} */
let w;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  w = world();
});
afterEach(() => mock.timers.reset());

test("a short break heals without a restart", async () => {
  w.become("disconnected");
  w.become("connected");
  mock.timers.tick(60_000);

  assert.deepEqual(w.log, ["broken", "whole"]);
});

test("a break that lasts is answered by a restart with the server's new parameters", async () => {
  w.become("disconnected");
  mock.timers.tick(2_000);
  await setImmediate();
  w.become("connected");
  mock.timers.tick(60_000);

  assert.deepEqual(w.log, ["broken", "asked for send", "restarted with new", "whole"]);
});

test("a failed transport is restarted at once", async () => {
  w.become("failed");
  mock.timers.tick(0);
  await setImmediate();

  assert.deepEqual(w.log, ["broken", "asked for send", "restarted with new"]);
});

test("a restart that does not help in time is given up", async () => {
  w.become("failed");
  mock.timers.tick(0);
  await setImmediate();
  mock.timers.tick(10_000);

  assert.equal(w.log.at(-1), "lost");
});

test("a restart that the server refuses is given up at once, and once only", async () => {
  w.refuses = true;
  w.become("failed");
  mock.timers.tick(0);
  await setImmediate();
  mock.timers.tick(60_000);

  assert.deepEqual(w.log, ["broken", "asked for send", "lost"]);
});

test("a stopped repair does nothing more", () => {
  w.become("disconnected");
  w.repair.stop();
  mock.timers.tick(60_000);

  assert.deepEqual(w.log, ["broken"]);
});

/** A transport and a server that note down what happens to them. */
function world() {
  const transport = Object.assign(new EventEmitter(), {
    closed: false,
    /** @param {any} parameters */
    restartIce: async ({ iceParameters }) => state.log.push(`restarted with ${iceParameters}`),
  });
  const api = {
    /** @param {string} direction */
    restartIce: async (direction) => {
      state.log.push(`asked for ${direction}`);
      if (state.refuses) throw new Error("no");
      return /** @type {any} */ ({ iceParameters: "new" });
    },
  };
  const repair = new IceRepair(api, "send", /** @type {any} */ (transport), {
    onChange: () => state.log.push(repair.broken ? "broken" : "whole"),
    onLost: () => state.log.push("lost"),
  });
  const state = {
    log: /** @type {string[]} */ ([]),
    refuses: false,
    repair,
    /** @param {string} connection state */
    become: (connection) => transport.emit("connectionstatechange", connection),
  };
  return state;
}
