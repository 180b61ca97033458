import assert from "node:assert/strict";
import { test } from "node:test";
import { readInvitation, writeInvitation } from "../src/invitation.js";

test("an address with nothing in it invites with camera and microphone, and no name", () => {
  assert.deepEqual(readInvitation(""), {
    identity: { roomName: "", userMail: "" },
    devices: { camera: true, microphone: true },
    media: { codec: "", simulcast: false },
  });
});

test("what is written is read again", () => {
  const invitation = {
    identity: { roomName: "Küche & Co", userMail: "ada+test@example.org" },
    devices: { camera: false, microphone: true },
    media: { codec: "AV1", simulcast: true },
  };

  assert.deepEqual(readInvitation(writeInvitation(invitation)), invitation);
});

test("a codec is recognised in any case, and an unknown one is ignored", () => {
  assert.equal(readInvitation("?codec=vp9").media.codec, "VP9");
  assert.equal(readInvitation("?codec=theora").media.codec, "");
});
