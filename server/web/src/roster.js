// Who is in the room and what they send, as notifications tell it. Whatever appears is handed on to be
// consumed; whatever disappears is closed.

/** @import { types } from "mediasoup-client" */
/** @import { AttendeeInfo, ProducerInfo } from "./api.js" */
/** @import { Notification } from "./socket.js" */

/**
 * @typedef {object} Stream one producer of an attendee as it is seen from here
 * @property {string} id of the producer; empty while the own one is being made
 * @property {string} type a MediaStreamType
 * @property {types.MediaKind} kind
 * @property {boolean} paused by the one who sends it
 * @property {boolean} held paused by us, who receive it
 * @property {MediaStreamTrack | null} track null until media can be played
 * @property {types.Producer | types.Consumer | null} endpoint where statistics come from
 *
 * @typedef {object} Attendee
 * @property {string} user
 * @property {boolean} self
 * @property {Map<string, Stream>} streams by type
 */

/** The attendees of a room. Those of others are changed by notifications, our own by the room. */
export class Roster {
  /** By user, ourselves first. @type {Map<string, Attendee>} */
  attendees = new Map();
  /** @type {Attendee} */
  self;

  #onStream;

  /**
   * @param {string} user ourselves
   * @param {(attendee: Attendee, stream: Stream) => void} onStream a stream of somebody else began
   */
  constructor(user, onStream) {
    this.self = { user, self: true, streams: new Map() };
    this.#onStream = onStream;
    this.clear();
  }

  /** Forgets everybody else, whose streams are closed already. */
  clear() {
    this.attendees = new Map([[this.self.user, this.self]]);
  }

  /** @param {AttendeeInfo[]} attendees */
  addAll(attendees) {
    for (const { user, joined, producers } of attendees) {
      if (!joined || user === this.self.user) continue;
      this.#admit(user);
      for (const producer of producers) this.#addStream(user, producer);
    }
  }

  /**
   * @param {Notification} notification
   * @returns {boolean} whether it meant anything
   */
  handle({ method, data }) {
    const { user, type, producerId } = data;
    if (user === this.self.user) return false;
    switch (method) {
      case "userJoined":
        this.#admit(user);
        return true;
      case "userLeft":
        this.#dismiss(user);
        return true;
      case "producerAdded":
        this.#addStream(user, producerInfo(data));
        return true;
      case "producerRemoved":
        this.#removeStream(this.attendees.get(user), type);
        return true;
      case "producerPaused":
      case "producerResumed":
        this.#markPaused(user, type, method === "producerPaused");
        return true;
      case "consumerClosed":
        this.#removeProducer(producerId);
        return true;
      default:
        return false;
    }
  }

  /**
   * @param {string} user
   * @returns {Attendee}
   */
  #admit(user) {
    const attendee = this.attendees.get(user) ?? { user, self: false, streams: new Map() };
    this.attendees.set(user, attendee);
    return attendee;
  }

  /** @param {string} user */
  #dismiss(user) {
    for (const { endpoint } of this.attendees.get(user)?.streams.values() ?? []) endpoint?.close();
    this.attendees.delete(user);
  }

  /**
   * @param {string} user
   * @param {ProducerInfo} producer
   */
  #addStream(user, producer) {
    const attendee = this.#admit(user);
    if (attendee.streams.get(producer.type)?.id === producer.id) return;
    this.#removeStream(attendee, producer.type);
    const stream = newStream(producer);
    attendee.streams.set(stream.type, stream);
    this.#onStream(attendee, stream);
  }

  /**
   * @param {Attendee | undefined} attendee
   * @param {string} type
   */
  #removeStream(attendee, type) {
    attendee?.streams.get(type)?.endpoint?.close();
    attendee?.streams.delete(type);
  }

  /** @param {string} id */
  #removeProducer(id) {
    for (const attendee of this.attendees.values())
      for (const stream of attendee.streams.values())
        if (!attendee.self && stream.id === id) this.#removeStream(attendee, stream.type);
  }

  /**
   * @param {string} user
   * @param {string} type
   * @param {boolean} paused
   */
  #markPaused(user, type, paused) {
    const stream = this.attendees.get(user)?.streams.get(type);
    if (stream) stream.paused = paused;
  }
}

/**
 * @param {ProducerInfo} producer
 * @returns {Stream}
 */
export function newStream({ id, type, kind, paused }) {
  return { id, type, kind, paused, held: false, track: null, endpoint: null };
}

/**
 * A `producerAdded` names no kind; until the consumer tells it, the name of the type gives a good guess.
 *
 * @param {{ [key: string]: any }} data
 * @returns {ProducerInfo}
 */
function producerInfo({ id, type, kind, paused }) {
  return { id, type, kind: kind ?? guessKind(type), paused: paused === true };
}

/**
 * @param {string} type
 * @returns {types.MediaKind}
 */
function guessKind(type) {
  return /mic|audio/i.test(type) ? "audio" : "video";
}
