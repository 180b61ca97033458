// Who speaks, measured here: the loudness of the sound that is received or sent.

/** @import { types } from "mediasoup-client" */

/** Turns a level that comes and goes with every syllable into "speaks" and "is silent". */
export class SpeechDetector {
  #lastLoudMs = -Infinity;

  /**
   * @param {number} level in 0..1, as in RTCRtpContributingSource.audioLevel
   * @param {number} nowMs
   * @returns {boolean} whether somebody speaks
   */
  update(level, nowMs) {
    if (level >= LOUD) this.#lastLoudMs = nowMs;
    return nowMs - this.#lastLoudMs < HOLD_MS;
  }
}

/**
 * @param {types.Producer | types.Consumer} endpoint of an audio stream
 * @returns {Promise<number>} its level in 0..1
 */
export async function audioLevel(endpoint) {
  if ("rtpReceiver" in endpoint) return receivedLevel(endpoint.rtpReceiver);
  const report = await endpoint.getStats();
  return loudestSource(report);
}

/** @param {RTCRtpReceiver | undefined} receiver */
function receivedLevel(receiver) {
  const [source] = receiver?.getSynchronizationSources() ?? [];
  const stale = !source || performance.timeOrigin + performance.now() - source.timestamp > HOLD_MS;
  return stale ? 0 : (source.audioLevel ?? 0);
}

/** @param {RTCStatsReport} report */
function loudestSource(report) {
  const sources = [...report.values()].filter(({ type }) => type === "media-source");
  return Math.max(0, ...sources.map(({ audioLevel }) => audioLevel ?? 0));
}

/** -40 dB of full scale: above the noise of a room, below a voice. */
const LOUD = 0.01;
const HOLD_MS = 500;
