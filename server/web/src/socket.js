// The notifications of a room: one WebSocket, whose opening is the joining.

/** @import { Identity } from "./api.js" */

/** The close code with which the server tells that another socket of the same mail has taken over. */
export const REPLACED = 4001;

/**
 * @typedef {object} Notification
 * @property {string} method
 * @property {{ [key: string]: any }} data
 *
 * @typedef {object} SocketHandlers
 * @property {(notification: Notification) => void} onNotification
 * @property {(code: number) => void} onClose called once, and not after `close()`
 */

/** An open socket of a room. */
export class RoomSocket {
  #socket;
  #handlers;

  /**
   * @param {WebSocket} socket that is open
   * @param {SocketHandlers} handlers
   */
  constructor(socket, handlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => handlers.onClose(code);
  }

  /**
   * Joins the room. Rejects if the server is away or refuses.
   *
   * @param {Identity} identity
   * @param {SocketHandlers} handlers
   * @returns {Promise<RoomSocket>}
   */
  static open(identity, handlers) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(socketUrl(identity, location.href));
      const timer = setTimeout(() => socket.close(), OPEN_TIMEOUT_MS);
      socket.onopen = () => {
        clearTimeout(timer);
        resolve(new RoomSocket(socket, handlers));
      };
      socket.onclose = ({ code }) => {
        clearTimeout(timer);
        reject(new Error(`the WebSocket did not open (code ${code})`));
      };
    });
  }

  /** Leaves the room. */
  close() {
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }

  /** @param {string} text */
  #receive(text) {
    const notification = parseNotification(text);
    if (notification) this.#handlers.onNotification(notification);
  }
}

/**
 * @param {Identity} identity
 * @param {string} page address of the page, whose host is the server
 * @returns {URL}
 */
export function socketUrl({ roomName, userMail }, page) {
  const url = new URL("/", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams({ roomName, userMail }).toString();
  return url;
}

/**
 * @param {string} text
 * @returns {Notification | null} null if it is none: later servers may say more than this page knows
 */
export function parseNotification(text) {
  try {
    const { method, data } = JSON.parse(text);
    return typeof method === "string" ? { method, data: data ?? {} } : null;
  } catch {
    return null;
  }
}

const OPEN_TIMEOUT_MS = 10_000;
