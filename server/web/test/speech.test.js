import assert from "node:assert/strict";
import { test } from "node:test";
import { SpeechDetector } from "../src/speech.js";

test("a loud level is speech, and stays so between two syllables", () => {
  const detector = new SpeechDetector();

  const heard = [
    [0.2, 0],
    [0, 150],
    [0, 450],
    [0, 600],
  ].map(([level = 0, nowMs = 0]) => detector.update(level, nowMs));

  assert.deepEqual(heard, [true, true, true, false]);
});

test("noise is not speech", () => {
  assert.equal(new SpeechDetector().update(0.005, 1000), false);
});
