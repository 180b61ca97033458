import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ApiError } from "../src/api.js";
import { Room } from "../src/room.js";

const ME = { roomName: "r", userMail: "me" };
const MIC = { id: "ada-mic", type: "mic", kind: "audio", paused: false };

/** @type {ReturnType<typeof world>} */
let w;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  w = world();
});
afterEach(() => mock.timers.reset());

test("joining creates room and attendee, opens the socket, then asks who is there", async () => {
  await w.room.join();

  assert.equal(w.room.status, "joined");
  assert.deepEqual(w.requests, ["createRoom", "createAttendee", "open socket", "attendees"]);
});

test("what others send is received, and only then let through", async () => {
  w.attendees = [{ user: "ada", joined: true, producers: [MIC] }];

  await w.room.join();
  await settled();

  const [, ada] = w.room.attendees;
  assert.equal(ada?.streams.get("mic")?.track, w.sessions[0]?.consumers[0]?.track);
  assert.deepEqual(w.requests.slice(-2), ["consume ada-mic of ada", "resume consumer of ada-mic"]);
});

test("notifications that overtake the list of attendees are applied after it", async () => {
  /** @type {(list: object) => void} */
  let answer = () => {};
  w.api.attendees = () => new Promise((resolve) => (answer = resolve));
  const joining = w.room.join();
  await settled();

  w.notify("userLeft", { user: "ada" });
  w.notify("userJoined", { user: "bob" });
  answer({ attendees: [{ user: "ada", joined: true, producers: [MIC] }] });
  await joining;
  await settled();

  assert.deepEqual(w.users(), ["me", "bob"]);
});

test("a list of attendees that comes after the connection broke is of no interest", async () => {
  /** @type {(list: object) => void} */
  let answer = () => {};
  w.api.attendees = () => new Promise((resolve) => (answer = resolve));
  const joining = w.room.join();
  await settled();

  w.notify("userJoined", { user: "bob" });
  await w.dropSocket(1006);
  answer({ attendees: [{ user: "ada", joined: true, producers: [MIC] }] });
  await joining;
  await settled();

  assert.deepEqual(w.users(), ["me"]);
});

test("a consumer that comes too late for its stream is closed", async () => {
  await w.room.join();
  const session = w.sessions[0];

  w.notify("producerAdded", { user: "ada", type: "mic", id: "ada-mic" });
  w.notify("producerRemoved", { user: "ada", type: "mic" });
  await settled();

  assert.deepEqual(
    session.consumers.map((/** @type {any} */ { closed }) => closed),
    [true],
  );
});

test("a stream that ended before it could be received is no error", async () => {
  w.api.changeConsumer = () => Promise.reject(new ApiError("consumer_not_found", "", 404));
  await w.room.join();

  w.notify("producerAdded", { user: "ada", type: "mic", id: "ada-mic" });
  await settled();

  assert.deepEqual(w.errors, []);
});

test("a stream that cannot be received is an error that names it", async () => {
  w.api.changeConsumer = () => Promise.reject(new ApiError("unexpected", "", 500));
  await w.room.join();

  w.notify("producerAdded", { user: "ada", type: "mic", id: "ada-mic" });
  await settled();

  assert.deepEqual(w.errors, ["receive mic of ada"]);
});

test("a local track is sent again after the server was away, and stays muted", async () => {
  await w.room.join();
  await w.room.publish("mic", w.track("audio"));
  await w.room.setPaused("mic", true);

  await w.dropSocket(1006);
  assert.equal(w.room.status, "reconnecting");
  mock.timers.tick(500);
  await settled();

  assert.equal(w.room.status, "joined");
  assert.deepEqual(w.sessions[1]?.producers, ["mic"]);
  assert.equal(w.requests.at(-1), "pause producer mic");
});

test("a microphone that was unmuted while the server was away is sent unmuted", async () => {
  const track = w.track("audio");
  await w.room.join();
  await w.room.publish("mic", track);
  await w.room.setPaused("mic", true);
  await w.dropSocket(1006);

  await w.room.setPaused("mic", false);

  assert.equal(track.enabled, true);
});

test("the wait grows while the server stays away, and can be cut short", async () => {
  await w.room.join();
  w.api.createRoom = () => Promise.reject(new ApiError("unreachable", "", 0));
  await w.dropSocket(1006);
  mock.timers.tick(500);
  await settled();
  assert.equal(w.room.status, "reconnecting");

  w.api.createRoom = async () => ({ created: true });
  w.room.retryNow();
  await settled();

  assert.equal(w.room.status, "joined");
});

test("a refusal ends the tries to come back", async () => {
  await w.room.join();
  w.api.createRoom = () => Promise.reject(new ApiError("forbidden", "", 403));

  await w.dropSocket(1006);
  mock.timers.tick(500);
  await settled();

  assert.equal(w.room.status, "failed");
});

test("a mail that joined elsewhere does not fight for its place", async () => {
  await w.room.join();

  await w.dropSocket(4001);
  mock.timers.tick(60_000);
  await settled();

  assert.equal(w.room.status, "replaced");
  assert.equal(w.sockets.length, 1);
});

test("media that cannot be restored leads to a new session", async () => {
  await w.room.join();

  w.sessions[0]?.handlers.onLost();
  assert.equal(w.sessions[0]?.closed, true);
  mock.timers.tick(500);
  await settled();

  assert.equal(w.room.status, "joined");
  assert.equal(w.sessions.length, 2);
});

test("leaving is told to the server before the socket closes", async () => {
  await w.room.join();
  w.api.leave = async () => w.requests.push(`leave, socket closed: ${w.sockets[0].closed}`);

  w.room.leave();
  await settled();

  assert.equal(w.requests.at(-1), "leave, socket closed: false");
  assert.equal(w.sockets[0].closed, true);
});

test("a socket that the server closes after leaving is not opened again", async () => {
  await w.room.join();
  w.room.leave();

  await w.dropSocket(1000);
  mock.timers.tick(60_000);
  await settled();

  assert.equal(w.room.status, "left");
  assert.equal(w.sockets.length, 1);
});

test("leaving while joining leaves nothing open", async () => {
  const joining = w.room.join();

  w.room.leave();
  await joining;

  assert.equal(w.room.status, "left");
  assert.ok(w.sessions.every(({ closed }) => closed));
  assert.ok(w.sockets.every(({ closed }) => closed));
});

test("a first joining that fails is told to the caller and not tried again", async () => {
  w.api.createAttendee = () => Promise.reject(new ApiError("limit_exceeded", "", 429));

  await assert.rejects(w.room.join(), { code: "limit_exceeded" });
  mock.timers.tick(60_000);

  assert.equal(w.room.status, "failed");
  assert.equal(w.sockets.length, 0);
});

test("a track that cannot be sent is stopped, and the call goes on", async () => {
  const track = w.track("video");
  await w.room.join();
  w.api.refusesProducers = true;

  await w.room.publish("webcam", track);

  assert.equal(track.readyState, "ended");
  assert.equal(w.room.self.streams.has("webcam"), false);
  assert.deepEqual(w.errors, ["send webcam"]);
  assert.equal(w.room.status, "joined");
});

test("a stream that is ended while it is being sent is taken back", async () => {
  await w.room.join();

  const publishing = w.room.publish("webcam", w.track("video"));
  await w.room.unpublish("webcam");
  await publishing;

  assert.equal(w.requests.at(-1), "close producer webcam");
});

test("holding a stream of somebody else pauses its consumer", async () => {
  w.attendees = [{ user: "ada", joined: true, producers: [MIC] }];
  await w.room.join();
  await settled();
  const stream = w.room.attendees[1]?.streams.get("mic");
  assert.ok(stream);

  await w.room.setHeld(stream, true);

  assert.equal(stream.held, true);
  assert.equal(w.requests.at(-1), "pause consumer of ada-mic");
});

/** Resolves when nothing more happens by itself. */
async function settled() {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

/** A room with a server, sockets and sessions that are only noted down. */
function world() {
  const state = {
    requests: /** @type {string[]} */ ([]),
    errors: /** @type {string[]} */ ([]),
    attendees: /** @type {object[]} */ ([]),
    sessions: /** @type {any[]} */ ([]),
    sockets: /** @type {any[]} */ ([]),
    api: /** @type {any} */ ({}),
    room: /** @type {Room} */ (/** @type {unknown} */ (null)),
    users: () => state.room.attendees.map(({ user }) => user),
    /** @type {(kind: string) => any} */
    track: (kind) => ({
      kind,
      enabled: true,
      readyState: "live",
      stop() {
        this.readyState = "ended";
      },
    }),
    /** @type {(method: string, data: object) => void} */
    notify: (method, data) => state.sockets.at(-1).handlers.onNotification({ method, data }),
    /** @type {(code: number) => Promise<void>} */
    dropSocket: async (code) => {
      state.sockets.at(-1).handlers.onClose(code);
      await settled();
    },
  };
  /** @type {(request: string, answer: object) => Promise<object>} */
  const answered = async (request, answer) => {
    state.requests.push(request);
    return answer;
  };
  state.api = {
    createRoom: () => answered("createRoom", { created: true }),
    createAttendee: () => answered("createAttendee", {}),
    attendees: () => answered("attendees", { attendees: state.attendees }),
    leave: () => answered("leave", {}),
    /** @type {(action: string, type: string) => Promise<object>} */
    changeProducer: (action, type) => answered(`${action} producer ${type}`, {}),
    /** @type {(action: string, id: string) => Promise<object>} */
    changeConsumer: (action, id) => answered(`${action} ${id}`, {}),
  };
  /** @type {any} */
  const createSession = async (
    /** @type {any} */ _api,
    _offer = {},
    _options = {},
    handlers = {},
  ) => {
    const session = new FakeSession(state, handlers);
    state.sessions.push(session);
    return session;
  };
  /** @type {any} */
  const openSocket = async (/** @type {object} */ _identity, /** @type {object} */ handlers) => {
    state.requests.push("open socket");
    const socket = { handlers, closed: false, close: () => (socket.closed = true) };
    state.sockets.push(socket);
    return socket;
  };
  state.room = new Room(
    ME,
    { codec: "", simulcast: false },
    { onChange: () => {}, onError: (_error, doing) => state.errors.push(doing) },
    { api: state.api, createSession, openSocket },
  );
  return state;
}

class FakeSession {
  closed = false;
  /** @type {string[]} */
  producers = [];
  /** @type {any[]} */
  consumers = [];

  /**
   * @param {any} state
   * @param {any} handlers
   */
  constructor(state, handlers) {
    this.state = state;
    this.handlers = handlers;
  }

  /**
   * @param {string} type
   * @param {any} track
   */
  async publish(type, track) {
    if (this.state.api.refusesProducers) throw new ApiError("invalid_parameter", "no", 400);
    this.producers.push(type);
    // As with mediasoup-client, pausing disables the track.
    return {
      id: `my-${type}`,
      close() {},
      pause: () => (track.enabled = false),
      resume: () => (track.enabled = true),
    };
  }

  /**
   * @param {string} producerId
   * @param {string} user
   */
  async consume(producerId, user) {
    this.state.requests.push(`consume ${producerId} of ${user}`);
    await setImmediate();
    const consumer = {
      id: `consumer of ${producerId}`,
      kind: "audio",
      track: this.state.track("audio"),
      closed: false,
      close() {
        this.closed = true;
      },
    };
    this.consumers.push(consumer);
    return consumer;
  }

  close() {
    this.closed = true;
  }
}
