// The page of a running call: header, notices, grid and controls.

import { find, instantiate, setIcon } from "./dom.js";
import { statusNotice } from "./explain.js";
import { tilesOf } from "./layout.js";
import { TileGrid } from "./tiles.js";

/** @import { Room } from "./room.js" */
/** @import { Stream } from "./roster.js" */

/**
 * @typedef {object} CallHandlers
 * @property {() => void} onMicrophone
 * @property {() => void} onCamera
 * @property {() => void} onScreen
 * @property {(shown: boolean) => void} onStatistics
 * @property {() => void} onLeave
 * @property {() => void} onRetry
 * @property {() => void} onRejoin
 * @property {(stream: Stream, self: boolean) => void} onTogglePause
 */

/** Draws a room. */
export class CallView {
  /** @type {TileGrid} */
  grid;

  #call = find(document, "#call", HTMLElement);
  #roomName = find(document, "#room-name", HTMLElement);
  #headCount = find(document, "#head-count", HTMLElement);
  #status = find(document, "#status", HTMLElement);
  #errors = find(document, "#errors", HTMLElement);
  #microphone = find(document, "#microphone", HTMLButtonElement);
  #camera = find(document, "#camera", HTMLButtonElement);
  #screen = find(document, "#screen", HTMLButtonElement);
  #statistics = find(document, "#statistics", HTMLButtonElement);
  #handlers;

  /** @param {CallHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    this.grid = new TileGrid(find(document, "#grid", HTMLElement), {
      onTogglePause: handlers.onTogglePause,
      onSoundBlocked: () => this.#offerSound(),
    });
    this.#microphone.onclick = handlers.onMicrophone;
    this.#camera.onclick = handlers.onCamera;
    this.#screen.onclick = handlers.onScreen;
    this.#statistics.onclick = () => this.#toggleStatistics();
    find(document, "#leave", HTMLButtonElement).onclick = handlers.onLeave;
  }

  /** @param {string} roomName */
  show(roomName) {
    this.#roomName.textContent = roomName;
    this.#errors.replaceChildren();
    this.#call.hidden = false;
  }

  hide() {
    this.#call.hidden = true;
    this.grid.render([]);
  }

  /** @param {Room} room */
  render(room) {
    const { streams } = room.self;
    const mic = streams.get("mic");
    this.#headCount.textContent = room.status === "joined" ? headCount(room.attendees.length) : "";
    this.#renderStatus(room);
    this.grid.render(tilesOf(room.attendees));
    setOn(this.#microphone, mic !== undefined && !mic.paused);
    setOn(this.#camera, streams.has("webcam"));
    setOn(this.#screen, streams.has("screen"));
    setIcon(this.#microphone, mic && !mic.paused ? "mic" : "mic-off");
    setIcon(this.#camera, streams.has("webcam") ? "camera" : "camera-off");
  }

  /** @param {string} text of an error, shown until it is dismissed */
  showError(text) {
    const shown = [...this.#errors.children].some(
      (error) => error.firstChild?.textContent === text,
    );
    if (shown) return;
    const error = noticeElement(text, "Dismiss", () => error.remove());
    this.#errors.append(error);
  }

  clearErrors() {
    this.#errors.replaceChildren();
  }

  /** @param {Room} room */
  #renderStatus(room) {
    const notice = statusNotice(room);
    const { text, action } = notice ?? {};
    if ((this.#status.dataset["text"] ?? "") === (text ?? "")) return;
    this.#status.dataset["text"] = text ?? "";
    const run = () =>
      action?.run === "retry" ? this.#handlers.onRetry() : this.#handlers.onRejoin();
    this.#status.replaceChildren(...(text ? [noticeElement(text, action?.label, run)] : []));
  }

  #toggleStatistics() {
    const shown = this.#statistics.ariaPressed !== "true";
    setOn(this.#statistics, shown);
    if (!shown) this.grid.clearStats();
    this.#handlers.onStatistics(shown);
  }

  #offerSound() {
    if (this.#errors.querySelector(".sound")) return;
    const text = "The browser plays no sound until you ask for it.";
    const offer = noticeElement(text, "Play sound", () => {
      offer.remove();
      this.grid.playSound();
    });
    offer.classList.add("sound");
    this.#errors.append(offer);
  }
}

/** @param {number} count of attendees */
function headCount(count) {
  return count === 1 ? "only you are here" : `${count} people`;
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} on
 */
function setOn(button, on) {
  button.ariaPressed = String(on);
}

/**
 * @param {string} text
 * @param {string | undefined} label of its button, if it has one
 * @param {() => void} run
 */
function noticeElement(text, label, run) {
  const notice = instantiate("notice-template");
  const button = find(notice, "button", HTMLButtonElement);
  find(notice, "span", HTMLElement).textContent = text;
  button.textContent = label ?? "";
  button.hidden = !label;
  button.onclick = run;
  return notice;
}
