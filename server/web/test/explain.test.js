import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../src/api.js";
import { describe } from "../src/devices.js";
import { explain, statusNotice } from "../src/explain.js";

test("a blocked camera is explained with the way out", () => {
  const error = describe(new DOMException("denied", "NotAllowedError"), "camera");

  assert.match(explain(error, "open the camera"), /^The camera is blocked\. Allow it/);
  assert.equal(error.dismissed, false);
});

test("a screen that was not chosen was dismissed", () => {
  const error = describe(new DOMException("denied", "NotAllowedError"), "screen");

  assert.equal(error.dismissed, true);
});

test("a refusal without a sentence of its own tells what the server said", () => {
  const error = new ApiError("room_exists", "there is such a room", 409);

  assert.equal(explain(error, "join"), "Could not join: there is such a room.");
});

test("a call that runs well needs no notice", () => {
  assert.equal(statusNotice({ status: "joined", connected: true, reason: null }), null);
});

test("every state that is not well says what is being done or can be done", () => {
  const reason = new ApiError("forbidden", "no", 403);

  assert.match(notice("joined", false), /Reconnecting/);
  assert.match(notice("reconnecting", true), /Try now/);
  assert.match(notice("replaced", true), /Join here again/);
  assert.match(notice("failed", true), /not allowed.*Try again/);

  /**
   * @param {import("../src/room.js").Status} status
   * @param {boolean} connected
   */
  function notice(status, connected) {
    const { text, action } = statusNotice({ status, connected, reason }) ?? {};
    return `${text} ${action?.label}`;
  }
});
