// One stay in a room, kept alive over reloads of the server and broken networks. No DOM here: the room
// holds the state, tells its listener of every change, and the view draws it.
//
//   join -> createRoom, createAttendee -> Session (media) -> RoomSocket (notifications)
//        -> attendees -> consume each producer; publish each local track
//   socket or media lost -> wait (backoff) -> the same again, with the tracks that are still there

import { ApiError, RoomsApi } from "./api.js";
import { backoffMs } from "./backoff.js";
import { Roster, newStream } from "./roster.js";
import { Session } from "./session.js";
import { REPLACED, RoomSocket } from "./socket.js";

/** @import { types } from "mediasoup-client" */
/** @import { Identity } from "./api.js" */
/** @import { Attendee, Stream } from "./roster.js" */
/** @import { MediaOptions } from "./session.js" */

/**
 * @typedef {"joining" | "joined" | "reconnecting" | "replaced" | "failed" | "left"} Status
 *
 * @typedef {object} RoomHandlers
 * @property {() => void} onChange something that is drawn has changed
 * @property {(error: unknown, doing: string) => void} onError an action failed; the call goes on
 */

/**
 * @typedef {object} Ports
 * @property {RoomsApi} api
 * @property {typeof Session.create} createSession
 * @property {typeof RoomSocket.open} openSocket
 */

/** The call: its attendees and what they send. */
export class Room {
  /** @type {Status} */
  status = "joining";
  /** Why the status is `reconnecting` or `failed`. @type {unknown} */
  reason = null;
  /** Whether media reaches the server. */
  connected = true;

  #roster;
  #identity;
  #options;
  #handlers;
  #ports;
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
   * @param {Ports} [ports] how it reaches the world
   */
  constructor(identity, options, handlers, ports = { api: new RoomsApi(identity), ...REAL_PORTS }) {
    this.#identity = identity;
    this.#options = options;
    this.#handlers = handlers;
    this.#ports = ports;
    this.#api = ports.api;
    this.#roster = new Roster(identity.userMail, (attendee, stream) => {
      void this.#consume(attendee, stream);
    });
  }

  /** Everybody in the room, ourselves first. */
  get attendees() {
    return [...this.#roster.attendees.values()];
  }

  get self() {
    return this.#roster.self;
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

  /** Leaves for good. Local tracks stay open: they belong to whoever opened them. */
  leave() {
    const socket = this.#socket;
    // Asked for before the socket closes: a server may give a lost socket time to come back.
    const told = socket ? this.#api.leave().catch(() => {}) : Promise.resolve();
    void told.then(() => socket?.close());
    this.#socket = null;
    this.#end("left");
  }

  /** Tries to reconnect now instead of at the end of the waiting time. */
  retryNow() {
    if (this.status !== "reconnecting") return;
    void this.#reenter();
  }

  /**
   * Sends a track to the room until `unpublish`, over reconnections too. One that cannot be sent is stopped.
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
    if (stream.track) stream.track.enabled = !paused;
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
    const session = await this.#ports.createSession(this.#api, offer, this.#options, {
      onConnectivity: (connected) => this.#setConnected(connected),
      onLost: () => this.#lost(new Error("the media connection could not be restored")),
    });
    if (epoch !== this.#epoch) return session.close();
    this.#session = session;
    const socket = await this.#ports.openSocket(this.#identity, {
      onNotification: (notification) =>
        this.#inOrderOf(epoch, () => {
          if (this.#roster.handle(notification)) this.#handlers.onChange();
        }),
      onClose: (code) => this.#closed(code),
    });
    if (epoch !== this.#epoch) return socket.close();
    this.#socket = socket;
    // The list is asked for once notifications come in, and these wait for it: nothing falls between.
    const listed = this.#inOrderOf(epoch, () => this.#synchronise(epoch));
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
    this.#roster.clear();
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
    if (this.status === "left") return;
    if (code === REPLACED) this.#end("replaced");
    else this.#lost(new Error(`the connection to the server closed (code ${code})`));
  }

  /** @param {unknown} reason */
  #lost(reason) {
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

  /** @param {number} epoch */
  async #synchronise(epoch) {
    const { attendees } = await this.#api.attendees();
    if (epoch !== this.#epoch) return;
    this.#roster.addAll(attendees);
    this.#handlers.onChange();
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
      if (!wanted() || isGone(error)) return;
      this.#handlers.onError(error, `receive ${stream.type} of ${attendee.user}`);
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
      track.stop();
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

const REAL_PORTS = { createSession: Session.create, openSocket: RoomSocket.open };

/**
 * Whether a request came too late for what it names. The notification of its end is on the way.
 *
 * @param {unknown} error
 */
function isGone(error) {
  return error instanceof ApiError && error.status === 404;
}
