import assert from "node:assert/strict";
import { test } from "node:test";
import { format, summarise } from "../src/stats.js";

test("bitrate and loss come from two samples of a received stream", () => {
  const first = summarise(received({ timestamp: 1000 }), null);
  const later = { timestamp: 3000, bytesReceived: 250_000, packetsReceived: 195, packetsLost: 5 };

  const second = summarise(received(later), first?.sample ?? null);

  assert.equal(first?.summary.bitrateBps, null);
  assert.equal(second?.summary.bitrateBps, 1_000_000);
  assert.equal(second?.summary.lossRatio, 0.025);
});

test("size, rate, codec and round trip of a received stream are read from its report", () => {
  const result = summarise(received({}), null);

  assert.deepEqual(result?.summary, {
    codec: "VP8",
    width: 640,
    height: 480,
    fps: 30,
    bitrateBps: null,
    lossRatio: null,
    rttMs: 12,
  });
});

test("a simulcast sender counts all its layers and shows the largest", () => {
  const report = new Map(
    [
      { id: "small", type: "outbound-rtp", timestamp: 2000, bytesSent: 1000, frameWidth: 160 },
      { id: "large", type: "outbound-rtp", timestamp: 2000, bytesSent: 9000, frameWidth: 640 },
      { id: "remote", type: "remote-inbound-rtp", fractionLost: 0.1, roundTripTime: 0.02 },
    ].map((entry) => [entry.id, entry]),
  );
  const before = { timestampMs: 1000, bytes: 0, packets: 0, lost: 0 };

  const result = summarise(report, before);

  const { width, bitrateBps, lossRatio, rttMs } = result?.summary ?? {};
  assert.deepEqual([width, bitrateBps, lossRatio, rttMs], [640, 80_000, 0.1, 20]);
});

test("packets that are found again do not make the loss negative", () => {
  const before = { timestampMs: 0, bytes: 0, packets: 90, lost: 4 };

  const result = summarise(received({ packetsReceived: 100, packetsLost: 2 }), before);

  assert.equal(result?.summary.lossRatio, 0);
});

test("a report without a stream has no summary", () => {
  assert.equal(summarise(new Map(), null), null);
});

test("the overlay leaves out what is not known", () => {
  const nothing = { width: null, height: null, fps: null, bitrateBps: null };

  assert.deepEqual(format({ ...nothing, codec: "opus", lossRatio: null, rttMs: 3.4 }), [
    "opus · rtt 3 ms",
  ]);
});

test("the overlay shows every fact with its unit", () => {
  const video = { codec: "VP9", width: 640, height: 480, fps: 29.7, bitrateBps: 812_345 };

  assert.deepEqual(format({ ...video, lossRatio: 0.0125, rttMs: 12.2 }), [
    "VP9 · 640×480 · 30 fps",
    "812 kb/s · loss 1.3 % · rtt 12 ms",
  ]);
});

/** @param {object} changes to the inbound-rtp entry */
function received(changes) {
  const rtp = {
    id: "rtp",
    type: "inbound-rtp",
    codecId: "codec",
    timestamp: 1000,
    bytesReceived: 0,
    packetsReceived: 0,
    packetsLost: 0,
    frameWidth: 640,
    frameHeight: 480,
    framesPerSecond: 30,
  };
  const codec = { id: "codec", type: "codec", mimeType: "video/VP8" };
  const pair = { id: "pair", type: "candidate-pair", nominated: true, currentRoundTripTime: 0.012 };
  return new Map([{ ...rtp, ...changes }, codec, pair].map((entry) => [entry.id, entry]));
}
