// What the overlay of a tile shows, computed from two successive RTCStatsReports of one stream.

/**
 * @typedef {object} Sample the running totals of a stream
 * @property {number} timestampMs
 * @property {number} bytes
 * @property {number} packets received; 0 for a stream that is sent
 * @property {number} lost packets; 0 for a stream that is sent
 *
 * @typedef {object} Summary
 * @property {string} codec such as `VP8`
 * @property {number | null} width pixels
 * @property {number | null} height pixels
 * @property {number | null} fps frames a second
 * @property {number | null} bitrateBps null until there are two samples
 * @property {number | null} lossRatio in 0..1, over the time since the last sample
 * @property {number | null} rttMs to the server, or over it for a stream that is sent
 */

/**
 * @param {ReadonlyMap<string, any>} report
 * @param {Sample | null} previous
 * @returns {{ sample: Sample, summary: Summary } | null} null if the report tells of no stream
 */
export function summarise(report, previous) {
  const entries = [...report.values()];
  const rtp = entries.filter(({ type }) => type === "inbound-rtp" || type === "outbound-rtp");
  const largest = rtp.reduce(
    (a, b) => ((b.frameWidth ?? 0) > (a?.frameWidth ?? 0) ? b : a),
    rtp[0],
  );
  if (!largest) return null;
  const sample = totals(rtp);
  const remote = entries.find(({ type }) => type === "remote-inbound-rtp");
  const summary = {
    codec: report.get(largest.codecId)?.mimeType.split("/")[1] ?? "",
    width: largest.frameWidth ?? null,
    height: largest.frameHeight ?? null,
    fps: largest.framesPerSecond ?? null,
    bitrateBps: previous && bitrateBps(previous, sample),
    lossRatio: remote?.fractionLost ?? (previous && lossRatio(previous, sample)),
    rttMs: milliseconds(remote?.roundTripTime ?? pathRtt(entries)),
  };
  return { sample, summary };
}

/**
 * @param {Summary} summary
 * @returns {string[]} lines: what is seen, if it is a picture; how it gets here
 */
export function format({ codec, width, height, fps, bitrateBps, lossRatio, rttMs }) {
  const picture = width && height ? [codec, `${width}×${height}`, known(fps, "fps")] : [];
  const way = [
    picture.length ? "" : codec,
    known(bitrateBps && bitrateBps / 1000, "kb/s"),
    lossRatio === null ? "" : `loss ${(lossRatio * 100).toFixed(1)} %`,
    rttMs === null ? "" : `rtt ${known(rttMs, "ms")}`,
  ];
  return [picture, way].map((facts) => facts.filter(Boolean).join(" · ")).filter(Boolean);
}

/**
 * @param {number | null} value
 * @param {string} unit
 */
function known(value, unit) {
  return value === null ? "" : `${Math.round(value)} ${unit}`;
}

/**
 * @param {any[]} rtp
 * @returns {Sample}
 */
function totals(rtp) {
  /** @param {(entry: any) => number | undefined} field */
  const sum = (field) => rtp.reduce((total, entry) => total + (field(entry) ?? 0), 0);
  return {
    timestampMs: rtp[0].timestamp,
    bytes: sum(({ bytesReceived, bytesSent }) => bytesReceived ?? bytesSent),
    packets: sum(({ packetsReceived }) => packetsReceived),
    lost: sum(({ packetsLost }) => packetsLost),
  };
}

/**
 * @param {Sample} previous
 * @param {Sample} sample
 */
function bitrateBps(previous, sample) {
  const elapsedMs = sample.timestampMs - previous.timestampMs;
  return elapsedMs > 0 ? Math.max(0, (sample.bytes - previous.bytes) * 8000) / elapsedMs : null;
}

/**
 * @param {Sample} previous
 * @param {Sample} sample
 */
function lossRatio(previous, sample) {
  const lost = Math.max(0, sample.lost - previous.lost);
  const expected = sample.packets - previous.packets + lost;
  return expected > 0 ? lost / expected : null;
}

/** @param {any[]} entries */
function pathRtt(entries) {
  return entries.find(({ type, nominated }) => type === "candidate-pair" && nominated)
    ?.currentRoundTripTime;
}

/** @param {number | undefined} seconds */
function milliseconds(seconds) {
  return seconds === undefined ? null : seconds * 1000;
}
