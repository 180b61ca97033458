import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "../src/backoff.js";

test("tries come ever later, up to a limit", () => {
  const waits = [0, 1, 2, 3, 4, 5, 30].map((attempt) => backoffMs(attempt, 1));

  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test("tries of different clients are spread over half the time", () => {
  assert.equal(backoffMs(2, 0), 1000);
  assert.equal(backoffMs(2, 0.5), 1500);
});
