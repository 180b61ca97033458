/** @import { types } from "mediasoup-client" */
/** @import { Direction, RoomsApi } from "./api.js" */

/**
 * @typedef {object} IceRepairHandlers
 * @property {() => void} onChange `broken` has changed
 * @property {() => void} onLost restarting did not help
 */

/** Watches one transport and restarts its ICE when the path to the server breaks. */
export class IceRepair {
  /** Whether media does not get through at the moment. */
  broken = false;

  #api;
  #direction;
  #transport;
  #handlers;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Pick<RoomsApi, "restartIce">} api
   * @param {Direction} direction
   * @param {types.Transport} transport
   * @param {IceRepairHandlers} handlers
   */
  constructor(api, direction, transport, handlers) {
    this.#api = api;
    this.#direction = direction;
    this.#transport = transport;
    this.#handlers = handlers;
    transport.on("connectionstatechange", (state) => this.#handle(state));
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** @param {types.ConnectionState} state */
  #handle(state) {
    if (state === "connected") this.#mended();
    if (state === "disconnected") this.#broke(DISCONNECTED_GRACE_MS);
    if (state === "failed") this.#broke(0);
  }

  #mended() {
    this.stop();
    this.#setBroken(false);
  }

  /** @param {number} delayMs until the restart: a short break often heals by itself */
  #broke(delayMs) {
    this.stop();
    this.#setBroken(true);
    this.#timer = setTimeout(() => this.#restart(), delayMs);
  }

  /** @param {boolean} broken */
  #setBroken(broken) {
    if (broken === this.broken) return;
    this.broken = broken;
    this.#handlers.onChange();
  }

  async #restart() {
    this.#timer = setTimeout(this.#handlers.onLost, RESTART_TIMEOUT_MS);
    try {
      const { iceParameters } = await this.#api.restartIce(this.#direction);
      await this.#transport.restartIce({ iceParameters });
    } catch {
      this.stop();
      if (!this.#transport.closed) this.#handlers.onLost();
    }
  }
}

const DISCONNECTED_GRACE_MS = 2_000;
const RESTART_TIMEOUT_MS = 10_000;
