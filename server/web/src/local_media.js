// Our own microphone, camera and screen: from the button to the producer. No DOM.

import { openCamera, openDevices, openMicrophone, openScreen } from "./devices.js";

/** @import { Room } from "./room.js" */

/** Opens devices, publishes them in a room, and lets go of them. */
export class LocalMedia {
  #room;
  #onError;
  /** What is under way, by type: a second press waits for the first. @type {Map<string, Promise<void>>} */
  #turns = new Map();

  /**
   * @param {Room} room
   * @param {(error: unknown, doing: string) => void} onError
   */
  constructor(room, onError) {
    this.#room = room;
    this.#onError = onError;
  }

  /** @param {{ camera: boolean, microphone: boolean }} wanted */
  start(wanted) {
    return this.#inTurn(["mic", "webcam"], async () => {
      const { tracks, errors } = await openDevices(wanted);
      await this.#publish(tracks, DEVICE_TYPES);
      for (const error of errors) this.#onError(error, "open a device");
    });
  }

  /** Mutes and unmutes; the microphone itself stays open, so that unmuting is instant. */
  toggleMicrophone() {
    return this.#inTurn(["mic"], async () => {
      const mic = this.#stream("mic");
      if (mic) await this.#room.setPaused("mic", !mic.paused);
      else await this.#open(openMicrophone, DEVICE_TYPES, "open the microphone");
    });
  }

  /** Turns the camera on and off; off means closed, so that its light goes out. */
  toggleCamera() {
    return this.#inTurn(["webcam"], async () => {
      if (this.#stream("webcam")) await this.#close("webcam");
      else await this.#open(openCamera, DEVICE_TYPES, "open the camera");
    });
  }

  toggleScreen() {
    return this.#inTurn(["screen"], async () => {
      if (this.#stream("screen")) await this.#closeScreen();
      else await this.#open(openScreen, SCREEN_TYPES, "share the screen");
    });
  }

  /** Lets go of all devices. */
  stop() {
    for (const { track } of this.#room.self.streams.values()) track?.stop();
  }

  /**
   * @param {string[]} types that are changed
   * @param {() => Promise<void>} change
   */
  #inTurn(types, change) {
    const turn = Promise.all(types.map((type) => this.#turns.get(type))).then(change);
    const over = turn.catch(() => {});
    for (const type of types) this.#turns.set(type, over);
    return turn;
  }

  /** @param {string} type */
  #stream(type) {
    return this.#room.self.streams.get(type);
  }

  /**
   * @param {() => Promise<MediaStreamTrack[]>} opening
   * @param {{ [kind: string]: string }} types
   * @param {string} doing
   */
  async #open(opening, types, doing) {
    try {
      await this.#publish(await opening(), types);
    } catch (error) {
      this.#onError(error, doing);
    }
  }

  /**
   * @param {MediaStreamTrack[]} tracks
   * @param {{ [kind: string]: string }} types the MediaStreamType of each kind
   */
  async #publish(tracks, types) {
    if (this.#room.status === "left") return tracks.forEach((track) => track.stop());
    await Promise.all(tracks.map((track) => this.#publishTrack(track, types[track.kind] ?? "")));
  }

  /**
   * @param {MediaStreamTrack} track
   * @param {string} type
   */
  async #publishTrack(track, type) {
    // Fires when the device is unplugged or the browser's own "stop sharing" is used, not on `stop()`.
    track.onended = () => (type === "screen" ? this.#closeScreen() : this.#close(type));
    await this.#room.publish(type, track);
  }

  async #closeScreen() {
    await Promise.all([this.#close("screen"), this.#close("screenAudio")]);
  }

  /** @param {string} type */
  async #close(type) {
    this.#stream(type)?.track?.stop();
    await this.#room.unpublish(type);
  }
}

const DEVICE_TYPES = { audio: "mic", video: "webcam" };
const SCREEN_TYPES = { audio: "screenAudio", video: "screen" };
