// Broadcasts or watches a stream through examples/api_server.py.
//
//   form -> Signalling (WebSocket) -- connect-as-* --> Session: device, transports
//   streamer: camera, microphone -- send-track -->
//   everybody: at first, and at each new-producer: get-recv-tracks -> tiles -> resume-consumers

import { Session } from "./session.js";
import { Signalling } from "./signalling.js";
import { Tiles } from "./tiles.js";

/** @typedef {"streamer" | "viewer"} Role */

/** @type {HTMLFormElement} */
const form = element("#join");
/** @type {HTMLButtonElement} */
const leave = element("#leave");
/** @type {HTMLButtonElement} */
const end = element("#end");
const tiles = new Tiles(element("#tiles"));

form.onsubmit = (event) => {
  event.preventDefault();
  const role = /** @type {HTMLButtonElement} */ (event.submitter).value;
  const address = new URL(`peer?${new URLSearchParams(fields(form))}`, location.href);
  Signalling.open(address).then(
    (signalling) => take(/** @type {Role} */ (role), signalling),
    explain,
  );
};

/**
 * Takes part until the page is left or the stream ends.
 *
 * @param {Role} role
 * @param {Signalling} signalling
 */
function take(role, signalling) {
  /** @type {Session | null} */
  let session = null;
  let turn = Promise.resolve();
  /** One after another: a notice may come while the first is under way. */
  const enter = () => (turn = turn.then(connect).catch(explain));

  async function connect() {
    if (session) return session.watch();
    session = await Session.connect(signalling, role, tiles);
    show("You are in.");
    await session.watch();
    if (role === "streamer") await session.broadcast();
  }

  /** @param {string} text */
  function over(text) {
    signalling.onClose = () => {};
    signalling.close();
    session?.close();
    form.hidden = false;
    end.hidden = leave.hidden = true;
    show(text);
  }

  signalling.onNotice = (op, data) => {
    if (op === "new-producer") void enter();
    if (op === "close-consumer") session?.end(data["producerId"]);
    if (op === "you-left-stream") over("The stream has ended.");
  };
  signalling.onClose = () => over("You have left.");
  leave.onclick = () => signalling.close();
  end.onclick = () => signalling.tell("end-stream");
  form.hidden = true;
  leave.hidden = false;
  end.hidden = role === "viewer";
  void enter();
}

/**
 * A viewer who is told that there is no such stream is in as soon as it begins.
 *
 * @param {Error} error
 */
function explain({ message }) {
  show(message);
}

/** @param {string} text */
function show(text) {
  element("#status").textContent = text;
}

/**
 * @param {HTMLFormElement} form
 * @returns {{ [name: string]: string }}
 */
function fields(form) {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/**
 * @template {HTMLElement} E
 * @param {string} selector
 * @returns {E}
 */
function element(selector) {
  return /** @type {E} */ (document.querySelector(selector));
}
