// Errors and states in words for the one who is in the call.

import { ApiError } from "./api.js";
import { DeviceError } from "./devices.js";

/** @import { Room } from "./room.js" */

/**
 * @typedef {object} Notice
 * @property {string} text
 * @property {{ label: string, run: "retry" | "rejoin" }} [action] what can be done about it
 */

/**
 * @param {unknown} error
 * @param {string} doing what failed, as in "could not ..."
 * @returns {string}
 */
export function explain(error, doing) {
  if (error instanceof DeviceError) return error.message;
  if (error instanceof ApiError)
    return SENTENCES[error.code] ?? `Could not ${doing}: ${error.message}.`;
  return `Could not ${doing}: ${error instanceof Error ? error.message : error}.`;
}

/**
 * @param {Pick<Room, "status" | "connected" | "reason">} room
 * @returns {Notice | null} null while all is well
 */
export function statusNotice({ status, connected, reason }) {
  switch (status) {
    case "joining":
      return { text: "Joining…" };
    case "reconnecting":
      return {
        text: "The connection to the server is lost. Trying to come back…",
        action: { label: "Try now", run: "retry" },
      };
    case "replaced":
      return {
        text: "This mail joined the room from another page, so this one has left.",
        action: { label: "Join here again", run: "rejoin" },
      };
    case "failed":
      return { text: explain(reason, "join"), action: { label: "Try again", run: "rejoin" } };
    default:
      return connected ? null : { text: "Sound and picture are interrupted. Reconnecting…" };
  }
}

/** @type {{ [code: string]: string }} */
const SENTENCES = {
  unreachable: "The server cannot be reached. Check the network and try again.",
  unauthorized: "The server asks for a permission that this page does not have.",
  forbidden: "You are not allowed to do this in this room.",
  limit_exceeded: "The room or the server is full. Try again later.",
  cannot_consume: "This browser cannot play one of the streams of this room.",
};
