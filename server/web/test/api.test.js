import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { ApiError, RoomsApi } from "../src/api.js";

afterEach(() => mock.restoreAll());

test("a post carries room and mail beside its parameters", async () => {
  const fetch = answer(200, { status: "success", result: { id: "p" } });

  const result = await api().changeProducer("pause", "mic");

  const [url, { method, body }] = /** @type {[string, any]} */ (fetch.mock.calls[0]?.arguments);
  assert.deepEqual(result, { id: "p" });
  assert.deepEqual([url, method], ["/api/media/rooms/pauseProducer", "POST"]);
  assert.deepEqual(JSON.parse(body), { roomName: "r&r", userMail: "a@b", type: "mic" });
});

test("a get carries the room in its query", async () => {
  const fetch = answer(200, { status: "success", result: { attendees: [] } });

  await api().attendees();

  assert.equal(fetch.mock.calls[0]?.arguments[0], "/api/media/rooms/attendees?roomName=r%26r");
});

test("a refusal rejects with the code and the message of the server", async () => {
  const result = { error: "room_not_found", message: "there is no such room" };
  answer(404, { status: "failed", result });

  await assert.rejects(api().createAttendee(), {
    name: "ApiError",
    code: "room_not_found",
    message: "there is no such room",
    status: 404,
    transient: false,
  });
});

test("an answer that is not the API's is an error too", async () => {
  mock.method(globalThis, "fetch", async () => new Response("<html>", { status: 502 }));

  await assert.rejects(api().createRoom(), { code: "unexpected", status: 502, transient: true });
});

test("a server that cannot be reached is a transient error", async () => {
  mock.method(globalThis, "fetch", () => Promise.reject(new TypeError("Failed to fetch")));

  await assert.rejects(api().createRoom(), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, "unreachable");
    return error.transient;
  });
});

function api() {
  return new RoomsApi({ roomName: "r&r", userMail: "a@b" });
}

/**
 * @param {number} status
 * @param {object} body
 */
function answer(status, body) {
  return mock.method(globalThis, "fetch", async () => Response.json(body, { status }));
}
