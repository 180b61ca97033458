// Watches the streams of a room: who speaks, several times a second; statistics, once a second. No DOM.

import { tilesOf } from "./layout.js";
import { SpeechDetector, audioLevel } from "./speech.js";
import { format, summarise } from "./stats.js";

/** @import { TileContent } from "./layout.js" */
/** @import { Room } from "./room.js" */
/** @import { Stream } from "./roster.js" */
/** @import { Sample } from "./stats.js" */

/**
 * @typedef {object} MonitorHandlers
 * @property {(key: string, speaks: boolean) => void} onSpeech of the tile with this key
 * @property {(key: string, lines: string[]) => void} onStats of the tile with this key
 */

/** Polls the streams that a room has at the time. */
export class Monitor {
  /** Whether statistics are wanted. */
  showsStats = false;

  #room;
  #handlers;
  #timers;
  /** @type {WeakMap<Stream, SpeechDetector>} */
  #detectors = new WeakMap();
  /** By endpoint, since a stream that was taken up again counts from zero. @type {WeakMap<object, Sample>} */
  #samples = new WeakMap();

  /**
   * @param {Room} room
   * @param {MonitorHandlers} handlers
   */
  constructor(room, handlers) {
    this.#room = room;
    this.#handlers = handlers;
    this.#timers = [
      setInterval(() => this.#each((tile) => this.#listen(tile)), SPEECH_INTERVAL_MS),
      setInterval(
        () => this.showsStats && this.#each((tile) => this.#measure(tile)),
        STATS_INTERVAL_MS,
      ),
    ];
  }

  stop() {
    this.#timers.forEach(clearInterval);
  }

  /** @param {(tile: TileContent) => Promise<void>} task */
  #each(task) {
    // A stream may close while it is asked: then there is nothing to tell about it.
    for (const tile of tilesOf(this.#room.attendees)) task(tile).catch(() => {});
  }

  /** @param {TileContent} tile */
  async #listen({ key, audio }) {
    if (!audio?.endpoint || audio.paused || audio.held) return this.#handlers.onSpeech(key, false);
    const level = await audioLevel(audio.endpoint);
    this.#handlers.onSpeech(key, this.#detector(audio).update(level, performance.now()));
  }

  /** @param {Stream} stream */
  #detector(stream) {
    const detector = this.#detectors.get(stream) ?? new SpeechDetector();
    this.#detectors.set(stream, detector);
    return detector;
  }

  /** @param {TileContent} tile */
  async #measure({ key, video, audio }) {
    const lines = await Promise.all([this.#lines(video), this.#lines(audio)]);
    this.#handlers.onStats(key, lines.flat());
  }

  /** @param {Stream | null} stream */
  async #lines(stream) {
    if (!stream?.endpoint) return [];
    const { endpoint } = stream;
    const report = /** @type {ReadonlyMap<string, any>} */ (await endpoint.getStats());
    const result = summarise(report, this.#samples.get(endpoint) ?? null);
    if (!result) return [];
    this.#samples.set(endpoint, result.sample);
    return format(result.summary);
  }
}

const SPEECH_INTERVAL_MS = 150;
const STATS_INTERVAL_MS = 1000;
