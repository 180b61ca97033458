// The rooms API over HTTP. Answers are `{status, result}`; a failure becomes an `ApiError`.

/** @import { types } from "mediasoup-client" */

/**
 * @typedef {{ roomName: string, userMail: string }} Identity who speaks, and in which room
 *
 * @typedef {object} ProducerInfo
 * @property {string} id
 * @property {string} type a MediaStreamType: `mic`, `webcam`, `screen`, `screenAudio`, ...
 * @property {types.MediaKind} kind
 * @property {boolean} paused
 *
 * @typedef {object} AttendeeInfo
 * @property {string} user
 * @property {boolean} joined whether the attendee's WebSocket is open
 * @property {ProducerInfo[]} producers
 *
 * @typedef {object} AttendeeOffer what a new attendee gets to build its transports from
 * @property {types.RtpCapabilities} routerRtpCapabilities
 * @property {types.TransportOptions} sendTransportOptions
 * @property {types.TransportOptions} recvTransportOptions
 *
 * @typedef {object} ConsumerOffer
 * @property {string} id
 * @property {string} producerId
 * @property {types.MediaKind} kind
 * @property {types.RtpParameters} rtpParameters
 * @property {boolean} producerPaused
 *
 * @typedef {"send" | "recv"} Direction
 */

/** A request that the server refused, or that did not reach it (`code` is then `unreachable`). */
export class ApiError extends Error {
  /**
   * @param {string} code from the API's closed list, or `unreachable`
   * @param {string} message
   * @param {number} status of HTTP; 0 if there was no answer
   */
  constructor(code, message, status) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
  }

  /** Whether the same request may succeed later: the server was away, busy or failing. */
  get transient() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** One attendee's view of the API. Every method rejects with `ApiError`. */
export class RoomsApi {
  #identity;
  #base;

  /**
   * @param {Identity} identity
   * @param {string} [base] address of the API's rooms
   */
  constructor(identity, base = "/api/media/rooms") {
    this.#identity = identity;
    this.#base = base;
  }

  /** @returns {Promise<{ created: boolean }>} */
  createRoom() {
    return this.#post("createRoom");
  }

  /** @returns {Promise<{ attendees: AttendeeInfo[] }>} */
  attendees() {
    const query = new URLSearchParams({ roomName: this.#identity.roomName });
    return this.#request(`attendees?${query}`, {});
  }

  /** @returns {Promise<AttendeeOffer>} */
  createAttendee() {
    return this.#post("createAttendee");
  }

  /** @returns {Promise<{ left: true }>} */
  leave() {
    return this.#post("leave");
  }

  /**
   * @param {Direction} direction
   * @param {types.DtlsParameters} dtlsParameters
   * @returns {Promise<{ connected: true }>}
   */
  connect(direction, dtlsParameters) {
    const endpoint = direction === "send" ? "connectSender" : "connectReceiver";
    return this.#post(endpoint, { dtlsParameters });
  }

  /**
   * @param {Direction} direction
   * @returns {Promise<{ iceParameters: types.IceParameters }>}
   */
  restartIce(direction) {
    return this.#post("restartIce", { direction });
  }

  /**
   * @param {string} type
   * @param {types.RtpParameters} rtpParameters
   * @returns {Promise<{ id: string }>}
   */
  createProducer(type, rtpParameters) {
    return this.#post("createProducer", { type, rtpParameters });
  }

  /**
   * @param {"close" | "pause" | "resume"} action
   * @param {string} type of the own producer
   * @returns {Promise<{ id: string }>}
   */
  changeProducer(action, type) {
    return this.#post(`${action}Producer`, { type });
  }

  /**
   * Makes a consumer that is still paused: the server sends once the browser is set up to receive.
   *
   * @param {string} producerId
   * @param {string} producerMail
   * @param {types.RtpCapabilities} rtpCapabilities
   * @returns {Promise<ConsumerOffer>}
   */
  createConsumer(producerId, producerMail, rtpCapabilities) {
    return this.#post("createConsumer", {
      id: producerId,
      producerMail,
      rtpCapabilities,
      paused: true,
    });
  }

  /**
   * @param {"pause" | "resume"} action
   * @param {string} id of the consumer
   * @returns {Promise<{ id: string }>}
   */
  changeConsumer(action, id) {
    return this.#post(`${action}Consumer`, { id });
  }

  /**
   * @param {string} endpoint
   * @param {object} [parameters] besides the identity
   */
  #post(endpoint, parameters) {
    return this.#request(endpoint, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...this.#identity, ...parameters }),
    });
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  async #request(path, init) {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const response = await fetch(`${this.#base}/${path}`, { ...init, signal }).catch((error) => {
      throw new ApiError("unreachable", String(error), 0);
    });
    const body = await response.json().catch(() => null);
    if (response.ok && body?.status === "success") return body.result;
    const { error = "unexpected", message = response.statusText } = body?.result ?? {};
    throw new ApiError(error, message, response.status);
  }
}

const REQUEST_TIMEOUT_MS = 10_000;
