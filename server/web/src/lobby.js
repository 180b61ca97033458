// The form that asks for room and mail.

import { find } from "./dom.js";
import { CODECS } from "./invitation.js";

/** @import { Invitation } from "./invitation.js" */

/** The first page. */
export class Lobby {
  #lobby = find(document, "#lobby", HTMLElement);
  #form = find(document, "#join", HTMLFormElement);
  #error = find(document, "#join-error", HTMLElement);
  #submit = find(this.#form, "[type=submit]", HTMLButtonElement);

  /** @param {(invitation: Invitation) => void} onJoin */
  constructor(onJoin) {
    const codecs = find(this.#form, "[name=codec]", HTMLSelectElement);
    for (const codec of CODECS) codecs.add(new Option(codec));
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      onJoin(this.#read());
    };
  }

  /**
   * @param {Invitation} invitation what the fields hold at first
   * @param {{ busy?: boolean, error?: string }} [state] busy while joining; what went wrong with it
   */
  show({ identity, devices, media }, { busy = false, error = "" } = {}) {
    this.#input("roomName").value = identity.roomName;
    this.#input("userMail").value = identity.userMail;
    this.#input("microphone").checked = devices.microphone;
    this.#input("camera").checked = devices.camera;
    this.#input("simulcast").checked = media.simulcast;
    find(this.#form, "[name=codec]", HTMLSelectElement).value = media.codec;
    this.#error.textContent = error;
    this.#error.hidden = !error;
    this.#submit.disabled = busy;
    this.#submit.textContent = busy ? "Joining…" : "Join";
    this.#lobby.hidden = false;
    if (!busy) this.#input(identity.roomName ? "userMail" : "roomName").focus();
  }

  hide() {
    this.#lobby.hidden = true;
  }

  /** @returns {Invitation} */
  #read() {
    return {
      identity: {
        roomName: this.#input("roomName").value.trim(),
        userMail: this.#input("userMail").value.trim(),
      },
      devices: {
        camera: this.#input("camera").checked,
        microphone: this.#input("microphone").checked,
      },
      media: {
        codec: find(this.#form, "[name=codec]", HTMLSelectElement).value,
        simulcast: this.#input("simulcast").checked,
      },
    };
  }

  /** @param {string} name */
  #input(name) {
    return find(this.#form, `[name=${name}]`, HTMLInputElement);
  }
}
