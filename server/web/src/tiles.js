// The grid: one tile a person and one a shared screen, drawn from what `tilesOf` says.

import { find, instantiate, setIcon } from "./dom.js";
import { arrange } from "./layout.js";

/** @import { TileContent } from "./layout.js" */
/** @import { Stream } from "./roster.js" */

/**
 * @typedef {object} TileHandlers
 * @property {(stream: Stream, self: boolean) => void} onTogglePause the pause or mute button of a stream
 * @property {() => void} onSoundBlocked the browser plays no sound before a click
 */

/** Keeps the tiles of the page in step with the room. */
export class TileGrid {
  #grid;
  #handlers;
  /** By key, in the order shown. @type {Map<string, Tile>} */
  #tiles = new Map();

  /**
   * @param {HTMLElement} grid
   * @param {TileHandlers} handlers
   */
  constructor(grid, handlers) {
    this.#grid = grid;
    this.#handlers = handlers;
    new ResizeObserver(() => this.#arrange()).observe(grid);
  }

  /** @param {TileContent[]} contents */
  render(contents) {
    const keys = new Set(contents.map(({ key }) => key));
    for (const [key, tile] of this.#tiles) if (!keys.has(key)) this.#remove(key, tile);
    for (const content of contents) this.#tile(content).render(content);
    this.#arrange();
  }

  /** Plays what the browser has held back. To be called from a click. */
  playSound() {
    for (const tile of this.#tiles.values()) tile.play();
  }

  /**
   * @param {string} key
   * @param {boolean} speaks
   */
  setSpeaks(key, speaks) {
    this.#tiles.get(key)?.element.classList.toggle("speaks", speaks);
  }

  /**
   * @param {string} key
   * @param {string[]} lines
   */
  setStats(key, lines) {
    this.#tiles.get(key)?.setStats(lines);
  }

  clearStats() {
    for (const tile of this.#tiles.values()) tile.setStats([]);
  }

  /** @param {TileContent} content */
  #tile({ key }) {
    const tile = this.#tiles.get(key) ?? new Tile(this.#handlers);
    if (!this.#tiles.has(key)) this.#grid.append(tile.element);
    this.#tiles.set(key, tile);
    return tile;
  }

  /**
   * @param {string} key
   * @param {Tile} tile
   */
  #remove(key, tile) {
    tile.element.remove();
    this.#tiles.delete(key);
  }

  #arrange() {
    const { paddingLeft, paddingTop } = getComputedStyle(this.#grid);
    const { columns, tileWidth } = arrange(
      this.#tiles.size,
      this.#grid.clientWidth - 2 * parseFloat(paddingLeft),
      this.#grid.clientHeight - 2 * parseFloat(paddingTop),
    );
    this.#grid.style.setProperty("--columns", String(columns));
    this.#grid.style.setProperty("--tile-width", `${tileWidth}px`);
  }
}

/** One tile. */
class Tile {
  element = instantiate("tile-template");

  #handlers;
  #video = find(this.element, "video", HTMLVideoElement);
  #audio = find(this.element, "audio", HTMLAudioElement);
  #avatar = find(this.element, ".avatar", HTMLElement);
  #veil = find(this.element, ".veil", HTMLElement);
  #stats = find(this.element, ".stats", HTMLElement);
  #name = find(this.element, ".name", HTMLElement);
  #muted = find(this.element, ".muted", SVGElement);
  #holdAudio = find(this.element, ".hold-audio", HTMLButtonElement);
  #holdVideo = find(this.element, ".hold-video", HTMLButtonElement);
  /** @type {TileContent | null} */
  #content = null;

  /** @param {TileHandlers} handlers */
  constructor(handlers) {
    this.#handlers = handlers;
    this.#holdAudio.onclick = () => this.#toggle(this.#content?.audio);
    this.#holdVideo.onclick = () => this.#toggle(this.#content?.video);
  }

  /** @param {TileContent} content */
  render(content) {
    const { user, source, self, video, audio } = content;
    const label = labelOf(content);
    this.#content = content;
    this.element.dataset["user"] = user;
    this.element.dataset["source"] = source;
    this.element.classList.toggle("self", self);
    this.element.setAttribute("aria-label", label);
    this.element.ariaBusy = String([video, audio].some((stream) => stream && !stream.endpoint));
    this.#name.textContent = this.#name.title = label;
    this.#avatar.textContent = initials(user);
    this.#veil.hidden = !video?.paused && !video?.held;
    this.#avatar.hidden = source !== "camera" || !this.#veil.hidden;
    this.#muted.toggleAttribute("hidden", source === "screen" || (audio !== null && !audio.paused));
    this.#showButtons(label);
    play(this.#video, video?.track ?? null, () => {});
    if (!self) this.play();
  }

  /** Plays the sound of somebody else. */
  play() {
    play(this.#audio, this.#content?.audio?.track ?? null, this.#handlers.onSoundBlocked);
  }

  /** @param {string[]} lines */
  setStats(lines) {
    this.#stats.hidden = lines.length === 0;
    this.#stats.textContent = lines.join("\n");
  }

  /** @param {string} label */
  #showButtons(label) {
    const { self, video, audio } = /** @type {TileContent} */ (this.#content);
    const off = {
      audio: audio?.held ?? false,
      video: (self ? video?.paused : video?.held) ?? false,
    };
    this.#holdAudio.hidden = self || !audio;
    this.#holdAudio.ariaLabel = this.#holdAudio.title = `${off.audio ? "Unmute" : "Mute"} ${label}`;
    setIcon(this.#holdAudio, off.audio ? "sound-off" : "sound");
    this.#holdVideo.hidden = !video;
    this.#holdVideo.ariaLabel =
      this.#holdVideo.title = `${off.video ? "Resume" : "Pause"} ${label}`;
    setIcon(this.#holdVideo, off.video ? "play" : "pause");
  }

  /** @param {Stream | null | undefined} stream */
  #toggle(stream) {
    if (stream && this.#content) this.#handlers.onTogglePause(stream, this.#content.self);
  }
}

/**
 * @param {HTMLMediaElement} element
 * @param {MediaStreamTrack | null} track
 * @param {() => void} onBlocked
 */
function play(element, track, onBlocked) {
  const current = /** @type {MediaStream | null} */ (element.srcObject)?.getTracks()[0] ?? null;
  if (current !== track) element.srcObject = track && new MediaStream([track]);
  if (!track || !element.paused) return;
  // A newer track in the same element aborts the older play, which is no matter.
  element.play().catch(({ name }) => name === "NotAllowedError" && onBlocked());
}

/** @param {TileContent} content */
function labelOf({ user, source, self }) {
  const name = self ? `${user} (you)` : user;
  return source === "camera" ? name : `${name}: ${source}`;
}

/** @param {string} user a mail address */
function initials(user) {
  const words = (user.split("@")[0] ?? user).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  return words
    .slice(0, 2)
    .map(([first]) => first?.toUpperCase())
    .join("");
}
