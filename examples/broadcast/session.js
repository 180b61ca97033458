// The media of one peer: mediasoup-client's device and transports, and the operations that feed them.

import { Device } from "mediasoup-client";

/** @import { types } from "mediasoup-client" */
/** @import { Role } from "./main.js" */
/** @import { Data, Signalling } from "./signalling.js" */
/** @import { Tiles } from "./tiles.js" */

export class Session {
  #signalling;
  #device;
  #sender;
  #receiver;
  #tiles;
  /** What is sent. @type {MediaStreamTrack[]} */
  #own = [];
  /** Of what is watched, by producer id. @type {Map<string, types.Consumer>} */
  #consumers = new Map();

  /**
   * @param {Signalling} signalling
   * @param {Device} device loaded
   * @param {Data} offered the answer to `connect-as-*`
   * @param {Tiles} tiles
   */
  constructor(signalling, device, offered, tiles) {
    this.#signalling = signalling;
    this.#device = device;
    this.#tiles = tiles;
    this.#receiver = device.createRecvTransport(offered["recvTransportOptions"]);
    this.#connectOnDemand(this.#receiver);
    const options = offered["sendTransportOptions"];
    this.#sender = options && device.createSendTransport(options);
    if (this.#sender) this.#connectOnDemand(this.#sender);
    this.#sender?.on("produce", this.#sendTrack);
  }

  /**
   * @param {Signalling} signalling
   * @param {Role} role
   * @param {Tiles} tiles
   */
  static async connect(signalling, role, tiles) {
    const offered = await signalling.ask(`connect-as-${role}`, `you-connected-as-${role}`);
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: offered["routerRtpCapabilities"] });
    return new Session(signalling, device, offered, tiles);
  }

  /** Sends camera and microphone. */
  async broadcast() {
    const devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    this.#own = devices.getTracks();
    // Not the sound: nobody wants to hear an echo.
    for (const track of devices.getVideoTracks()) this.#tiles.add("You", track);
    await Promise.all(this.#own.map((track) => this.#sender?.produce({ track })));
  }

  /** Shows what the others send and is not shown yet. */
  async watch() {
    const { recvRtpCapabilities } = this.#device;
    const { consumerParametersArr } = await this.#signalling.ask(
      "get-recv-tracks",
      "get-recv-tracks-res",
      { rtpCapabilities: recvRtpCapabilities },
    );
    for (const { peerId, consumerParameters } of consumerParametersArr)
      if (!this.#consumers.has(consumerParameters.producerId))
        await this.#consume(peerId, consumerParameters);
    await this.#signalling.ask("resume-consumers", "resume-consumers-done");
  }

  /** @param {string} producerId that is no more */
  end(producerId) {
    const consumer = this.#consumers.get(producerId);
    if (!consumer) return;
    this.#consumers.delete(producerId);
    consumer.close();
    this.#tiles.remove(consumer.track);
  }

  close() {
    this.#sender?.close();
    this.#receiver.close();
    for (const producerId of this.#consumers.keys()) this.end(producerId);
    for (const track of this.#own) this.#tiles.remove(track);
  }

  /**
   * @param {string} peerId whose track it is
   * @param {types.ConsumerOptions} parameters
   */
  async #consume(peerId, parameters) {
    const consumer = await this.#receiver.consume(parameters);
    this.#consumers.set(consumer.producerId, consumer);
    this.#tiles.add(peerId, consumer.track);
  }

  /** @param {types.Transport} transport */
  #connectOnDemand(transport) {
    const { direction } = transport;
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#signalling
        .ask("connect-transport", `connect-transport-${direction}-res`, {
          direction,
          dtlsParameters,
        })
        .then(done, failed);
    });
  }

  /**
   * @param {{ kind: types.MediaKind, rtpParameters: types.RtpParameters, appData: types.AppData }} track
   * @param {(answer: { id: string }) => void} done
   * @param {(error: Error) => void} failed
   */
  #sendTrack = ({ kind, rtpParameters, appData }, done, failed) => {
    const track = {
      transportId: this.#sender?.id,
      direction: "send",
      paused: false,
      kind,
      rtpParameters,
      rtpCapabilities: this.#device.recvRtpCapabilities,
      appData,
    };
    this.#signalling
      .ask("send-track", "send-track-send-res", track)
      .then(({ id }) => done({ id }), failed);
  };
}
