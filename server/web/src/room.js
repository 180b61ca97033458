// One stay in a room, kept alive over reloads of the server and broken networks. No DOM here: the room
// holds the state, tells its listener of every change, and the view draws it.
//
//   join -> createRoom, createAttendee -> Session (media) -> RoomSocket (notifications)
//        -> attendees -> consume each producer; publish each local track
//   socket or media lost -> wait (backoff) -> the same again, with the tracks that are still there

import { ApiError, RoomsApi } from "./api.js";
import { backoffMs } from "./backoff.js";
import { Session } from "./session.js";
import { REPLACED, RoomSocket, socketUrl } from "./socket.js";

/** @import { types } from "mediasoup-client" */
/** @import { Identity, ProducerInfo } from "./api.js" */
/** @import { MediaOptions } from "./session.js" */
/** @import { Notification } from "./socket.js" */

/**
 * @typedef {"joining" | "joined" | "reconnecting" | "replaced" | "failed" | "left"} Status
 *
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
 *
 * @typedef {object} RoomHandlers
 * @property {() => void} onChange something that is drawn has changed
 * @property {(error: unknown, doing: string) => void} onError an action failed; the call goes on
 */

/** The call: its attendees and what they send. */
export class Room {
  /** @type {Status} */
  status = "joining";
  /** Why the status is `reconnecting` or `failed`. @type {unknown} */
  reason = null;
  /** Whether media reaches the server. */
  connected = true;
  /** By user, the own one first. @type {Map<string, Attendee>} */
  attendees = new Map();

  #identity;
  #options;
  #handlers;
  #api;
  /** @type {Session | null} */
  #session = null;
  /** @type {RoomSocket | null} */
  #socket = null;
  /** Notifications wait here until the list of attendees is in. */
  #inOrder = Promise.resolve();
  /** Raised by every entry and exit: what was begun in an older epoch is of no interest any more. */
  #epoch = 0;
  #attempt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;

  /**
   * @param {Identity} identity
   * @param {MediaOptions} options
   * @param {RoomHandlers} handlers
   */
  constructor(identity, options, handlers) {
    this.#identity = identity;
    this.#options = options;
    this.#handlers = handlers;
    this.#api = new RoomsApi(identity);
    this.attendees.set(identity.userMail, newAttendee(identity.userMail, true));
  }

  /** @returns {Attendee} */
  get self() {
    return /** @type {Attendee} */ (this.attendees.get(this.#identity.userMail));
  }

  /** Joins for the first time. Rejects if that fails; the room is then over. */
  async join() {
    try {
      await this.#enter(this.#leaveBehind());
    } catch (error) {
      if (this.status !== "left") this.#end("failed", error);
      throw error;
    }
  }

  /** Leaves for good. Local tracks are left to whoever opened them. */
  leave() {
    const told = this.status === "joined" ? this.#api.leave().catch(() => {}) : undefined;
    this.#end("left");
    return told;
  }

  /** Tries to reconnect now instead of at the end of the waiting time. */
  retryNow() {
    if (this.status !== "reconnecting") return;
    void this.#reenter();
  }

  /**
   * Sends a track to the room until `unpublish`, over reconnections too.
   *
   * @param {string} type
   * @param {MediaStreamTrack} track
   */
  async publish(type, track) {
    const kind = /** @type {types.MediaKind} */ (track.kind);
    const stream = { ...newStream({ id: "", type, kind, paused: false }), track };
    this.self.streams.set(type, stream);
    this.#handlers.onChange();
    if (this.#session) await this.#produce(this.#session, stream);
  }

  /**
   * Ends a stream of our own.
   *
   * @param {string} type
   */
  async unpublish(type) {
    const stream = this.self.streams.get(type);
    if (!stream) return;
    this.self.streams.delete(type);
    stream.endpoint?.close();
    this.#handlers.onChange();
    if (stream.id) await this.#attempted("stop", this.#api.changeProducer("close", type));
  }

  /**
   * Pauses or resumes a stream of our own, for everybody.
   *
   * @param {string} type
   * @param {boolean} paused
   */
  async setPaused(type, paused) {
    const stream = this.self.streams.get(type);
    if (!stream) return;
    stream.paused = paused;
    if (paused) stream.endpoint?.pause();
    else stream.endpoint?.resume();
    this.#handlers.onChange();
    const action = paused ? "pause" : "resume";
    if (stream.id) await this.#attempted(action, this.#api.changeProducer(action, type));
  }

  /**
   * Pauses or resumes somebody else's stream, for us alone.
   *
   * @param {Stream} stream
   * @param {boolean} held
   */
  async setHeld(stream, held) {
    stream.held = held;
    this.#handlers.onChange();
    if (!stream.endpoint) return;
    const action = held ? "pause" : "resume";
    await this.#attempted(action, this.#api.changeConsumer(action, stream.endpoint.id));
  }

  /** @param {number} epoch */
  async #enter(epoch) {
    await this.#api.createRoom();
    const offer = await this.#api.createAttendee();
    const session = await Session.create(this.#api, offer, this.#options, {
      onConnectivity: (connected) => this.#setConnected(connected),
      onLost: () => this.#lost(new Error("the media connection could not be restored")),
    });
    if (epoch !== this.#epoch) return session.close();
    this.#session = session;
    const socket = await RoomSocket.open(socketUrl(this.#identity, location.href), {
      onNotification: (notification) => this.#inOrderOf(epoch, () => this.#handle(notification)),
      onClose: (code) => this.#closed(code),
    });
    if (epoch !== this.#epoch) return socket.close();
    this.#socket = socket;
    // The list is asked for once notifications come in, and these wait for it: nothing falls between.
    const listed = this.#inOrderOf(epoch, () => this.#synchronise());
    this.#status("joined");
    this.#attempt = 0;
    for (const stream of this.self.streams.values()) void this.#produce(session, stream);
    await listed;
  }

  /** Closes what an earlier entry has left, keeping the local tracks. Returns the new epoch. */
  #leaveBehind() {
    clearTimeout(this.#retry);
    this.#socket?.close();
    this.#session?.close();
    this.#socket = null;
    this.#session = null;
    this.connected = true;
    this.attendees = new Map([[this.#identity.userMail, this.self]]);
    for (const stream of this.self.streams.values())
      Object.assign(stream, { id: "", endpoint: null });
    return ++this.#epoch;
  }

  async #reenter() {
    const epoch = this.#leaveBehind();
    try {
      await this.#enter(epoch);
    } catch (error) {
      if (epoch !== this.#epoch) return;
      if (error instanceof ApiError && !error.transient) this.#end("failed", error);
      else this.#lost(error);
    }
  }

  /** @param {number} code with which the server, or the network, has closed the socket */
  #closed(code) {
    if (code === REPLACED) this.#end("replaced");
    else this.#lost(new Error(`the connection to the server closed (code ${code})`));
  }

  /** @param {unknown} reason */
  #lost(reason) {
    if (this.status === "left") return;
    this.#leaveBehind();
    this.#retry = setTimeout(() => this.#reenter(), backoffMs(this.#attempt++));
    this.#status("reconnecting", reason);
  }

  /**
   * @param {Status} status
   * @param {unknown} [reason]
   */
  #end(status, reason) {
    this.#leaveBehind();
    this.#status(status, reason);
  }

  /**
   * @param {Status} status
   * @param {unknown} [reason]
   */
  #status(status, reason = null) {
    this.status = status;
    this.reason = reason;
    this.#handlers.onChange();
  }

  /** @param {boolean} connected */
  #setConnected(connected) {
    this.connected = connected;
    this.#handlers.onChange();
  }

  /**
   * @param {number} epoch
   * @param {() => void | Promise<void>} task
   */
  #inOrderOf(epoch, task) {
    const done = this.#inOrder.then(() => (epoch === this.#epoch ? task() : undefined));
    this.#inOrder = done.catch(() => {});
    return done;
  }

  async #synchronise() {
    const { attendees } = await this.#api.attendees();
    for (const { user, joined, producers } of attendees) {
      if (!joined || user === this.#identity.userMail) continue;
      for (const producer of producers) this.#addStream(user, producer);
      this.#admit(user);
    }
    this.#handlers.onChange();
  }

  /** @param {Notification} notification */
  #handle({ method, data }) {
    const attendee = this.attendees.get(data["user"]);
    if (attendee?.self) return;
    switch (method) {
      case "userJoined":
        this.#admit(data["user"]);
        break;
      case "userLeft":
        this.#dismiss(data["user"]);
        break;
      case "producerAdded":
        this.#addStream(data["user"], producerInfo(data));
        break;
      case "producerRemoved":
        this.#removeStream(attendee, data["type"]);
        break;
      case "producerPaused":
      case "producerResumed":
        this.#markPaused(attendee, data["type"], method === "producerPaused");
        break;
      case "consumerClosed":
        this.#removeProducer(data["producerId"]);
        break;
      default:
        return;
    }
    this.#handlers.onChange();
  }

  /** @param {string} user */
  #admit(user) {
    const known = this.attendees.get(user);
    if (known) return known;
    const attendee = newAttendee(user, false);
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
    void this.#consume(attendee, stream);
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
   * @param {Attendee | undefined} attendee
   * @param {string} type
   * @param {boolean} paused
   */
  #markPaused(attendee, type, paused) {
    const stream = attendee?.streams.get(type);
    if (stream) stream.paused = paused;
  }

  /**
   * @param {Attendee} attendee
   * @param {Stream} stream
   */
  async #consume(attendee, stream) {
    const session = this.#session;
    if (!session) return;
    const wanted = () => session === this.#session && attendee.streams.get(stream.type) === stream;
    try {
      const consumer = await session.consume(stream.id, attendee.user);
      if (!wanted()) return consumer.close();
      Object.assign(stream, { endpoint: consumer, kind: consumer.kind, track: consumer.track });
      this.#handlers.onChange();
      if (!stream.held) await this.#api.changeConsumer("resume", consumer.id);
    } catch (error) {
      if (wanted()) this.#handlers.onError(error, `receive ${stream.type} of ${attendee.user}`);
    }
  }

  /**
   * @param {Session} session
   * @param {Stream} stream of our own, with its track
   */
  async #produce(session, stream) {
    const { type, track } = stream;
    if (!track) return;
    const wanted = () => session === this.#session && this.self.streams.get(type) === stream;
    try {
      const producer = await session.publish(type, track);
      if (!wanted()) return this.#discard(session, producer, type);
      Object.assign(stream, { id: producer.id, endpoint: producer });
      if (stream.paused) await this.setPaused(type, true);
    } catch (error) {
      if (!wanted()) return;
      this.self.streams.delete(type);
      this.#handlers.onError(error, `send ${type}`);
    }
    this.#handlers.onChange();
  }

  /**
   * Takes back a producer that was made for a stream that has ended in the meantime.
   *
   * @param {Session} session
   * @param {types.Producer} producer
   * @param {string} type
   */
  async #discard(session, producer, type) {
    producer.close();
    if (session !== this.#session) return;
    await this.#attempted("stop", this.#api.changeProducer("close", type));
  }

  /**
   * @param {string} doing
   * @param {Promise<unknown>} request
   */
  async #attempted(doing, request) {
    await request.catch((error) => this.#handlers.onError(error, doing));
  }
}

/**
 * @param {string} user
 * @param {boolean} self
 * @returns {Attendee}
 */
function newAttendee(user, self) {
  return { user, self, streams: new Map() };
}

/**
 * @param {ProducerInfo} producer
 * @returns {Stream}
 */
function newStream({ id, type, kind, paused }) {
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
