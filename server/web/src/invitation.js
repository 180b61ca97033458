// What the address of the page says: which room, who, and how to join. A reload joins again by it.

/** @import { Identity } from "./api.js" */
/** @import { MediaOptions } from "./session.js" */

/**
 * @typedef {object} Invitation
 * @property {Identity} identity with empty strings for what is not given
 * @property {{ camera: boolean, microphone: boolean }} devices to turn on when joining
 * @property {MediaOptions} media
 */

/** The video codecs that the page offers to choose from. */
export const CODECS = ["VP8", "VP9", "H264", "AV1"];

/**
 * @param {string} search the query of the address
 * @returns {Invitation}
 */
export function readInvitation(search) {
  const query = new URLSearchParams(search);
  const codec = query.get("codec")?.toUpperCase() ?? "";
  return {
    identity: {
      roomName: query.get("roomName")?.trim() ?? "",
      userMail: query.get("userMail")?.trim() ?? "",
    },
    devices: { camera: query.get("camera") !== "off", microphone: query.get("mic") !== "off" },
    media: {
      codec: CODECS.includes(codec) ? codec : "",
      simulcast: query.get("simulcast") === "on",
    },
  };
}

/**
 * @param {Invitation} invitation
 * @returns {string} the query that `readInvitation` reads; defaults are left out
 */
export function writeInvitation({ identity, devices, media }) {
  const query = new URLSearchParams({ ...identity });
  if (!devices.camera) query.set("camera", "off");
  if (!devices.microphone) query.set("mic", "off");
  if (media.codec) query.set("codec", media.codec);
  if (media.simulcast) query.set("simulcast", "on");
  return `?${query}`;
}
