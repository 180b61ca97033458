// What is seen: a tile for each peer that sends.

export class Tiles {
  #grid;

  /** @param {HTMLElement} grid that holds the tiles */
  constructor(grid) {
    this.#grid = grid;
  }

  /**
   * @param {string} peerId whose track it is
   * @param {MediaStreamTrack} track
   */
  add(peerId, track) {
    const player = this.#tile(peerId).querySelector(track.kind);
    /** @type {HTMLMediaElement} */ (player).srcObject = new MediaStream([track]);
  }

  /** @param {MediaStreamTrack} track */
  remove(track) {
    for (const player of this.#grid.querySelectorAll("audio, video"))
      if (trackOf(player) === track) /** @type {HTMLMediaElement} */ (player).srcObject = null;
    for (const tile of this.#grid.children)
      if (![...tile.querySelectorAll("audio, video")].some(trackOf)) tile.remove();
  }

  /** @param {string} peerId */
  #tile(peerId) {
    const tiles = /** @type {HTMLElement[]} */ ([...this.#grid.children]);
    return tiles.find(({ dataset }) => dataset["user"] === peerId) ?? this.#newTile(peerId);
  }

  /** @param {string} peerId */
  #newTile(peerId) {
    const tile = document.createElement("figure");
    tile.className = "tile";
    tile.dataset["user"] = peerId;
    tile.dataset["source"] = "camera";
    const video = Object.assign(document.createElement("video"), {
      autoplay: true,
      muted: true,
      playsInline: true,
    });
    const audio = Object.assign(document.createElement("audio"), { autoplay: true });
    const name = Object.assign(document.createElement("figcaption"), { textContent: peerId });
    tile.append(video, audio, name);
    this.#grid.append(tile);
    return tile;
  }
}

/** @param {Element} player */
function trackOf(player) {
  const stream = /** @type {MediaStream | null} */ (
    /** @type {HTMLMediaElement} */ (player).srcObject
  );
  return stream?.getTracks()[0];
}
