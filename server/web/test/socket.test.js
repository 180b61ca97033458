import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNotification, socketUrl } from "../src/socket.js";

test("the socket is at the root of the page's host, secure where the page is", () => {
  const identity = { roomName: "a b", userMail: "x@y" };

  assert.equal(
    socketUrl(identity, "https://example.org/call/?q=1#top").href,
    "wss://example.org/?roomName=a+b&userMail=x%40y",
  );
  assert.equal(socketUrl(identity, "http://localhost:3000/").protocol, "ws:");
});

test("a notification without data has empty data", () => {
  assert.deepEqual(parseNotification('{"method":"x"}'), { method: "x", data: {} });
});

test("what is no notification is ignored", () => {
  for (const text of ["", "null", "[]", "{", '{"data":{}}', '{"method":1}'])
    assert.equal(parseNotification(text), null, text);
});
