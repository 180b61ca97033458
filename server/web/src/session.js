// The media side of one stay in a room: the mediasoup device and its two transports.
//
//   offer (createAttendee) -> Device.load -> send transport -- connect, produce --> RoomsApi
//                                         -> recv transport -- connect ----------> RoomsApi
//
// A transport that loses its way is given an ICE restart; if that does not help, the session is lost
// and the owner makes a new one.

import { Device } from "mediasoup-client";
import { IceRepair } from "./ice_repair.js";

/** @import { types } from "mediasoup-client" */
/** @import { AttendeeOffer, Direction, RoomsApi } from "./api.js" */

/**
 * @typedef {object} MediaOptions
 * @property {string} codec video codec to send (`VP8`, `VP9`, `H264`, `AV1`), or empty: the router's first
 * @property {boolean} simulcast send VP8 and H264 cameras in three sizes
 *
 * @typedef {object} SessionHandlers
 * @property {(connected: boolean) => void} onConnectivity media stopped or started to reach the server
 * @property {() => void} onLost the transports cannot be mended
 */

/** A loaded device and its transports. */
export class Session {
  #api;
  #device;
  #options;
  #transports;
  #repairs;

  /**
   * @param {RoomsApi} api
   * @param {Device} device loaded
   * @param {AttendeeOffer} offer
   * @param {MediaOptions} options
   * @param {SessionHandlers} handlers
   */
  constructor(api, device, offer, options, handlers) {
    this.#api = api;
    this.#device = device;
    this.#options = options;
    this.#transports = {
      send: device.createSendTransport(offer.sendTransportOptions),
      recv: device.createRecvTransport(offer.recvTransportOptions),
    };
    const { onLost } = handlers;
    const onChange = () => handlers.onConnectivity(!this.#repairs.some(({ broken }) => broken));
    this.#repairs = [
      new IceRepair(api, "send", this.#transports.send, { onChange, onLost }),
      new IceRepair(api, "recv", this.#transports.recv, { onChange, onLost }),
    ];
    this.#connectOnDemand("send");
    this.#connectOnDemand("recv");
    this.#transports.send.on("produce", ({ rtpParameters, appData }, done, failed) => {
      api.createProducer(String(appData["type"]), rtpParameters).then(done, failed);
    });
  }

  /**
   * @param {RoomsApi} api
   * @param {AttendeeOffer} offer
   * @param {MediaOptions} options
   * @param {SessionHandlers} handlers
   */
  static async create(api, offer, options, handlers) {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: offer.routerRtpCapabilities });
    return new Session(api, device, offer, options, handlers);
  }

  /**
   * Sends a track. The track stays the caller's: closing the producer does not stop it.
   *
   * @param {string} type a MediaStreamType
   * @param {MediaStreamTrack} track
   * @returns {Promise<types.Producer>}
   */
  publish(type, track) {
    const codec = track.kind === "video" ? this.#videoCodec() : undefined;
    return this.#transports.send.produce({
      track,
      appData: { type },
      stopTracks: false,
      zeroRtpOnPause: true,
      ...(codec && { codec }),
      ...(type === "webcam" && this.#options.simulcast && { encodings: SIMULCAST }),
      ...(track.kind === "video" && { codecOptions: { videoGoogleStartBitrate: 1000 } }),
    });
  }

  /**
   * Receives a producer of somebody else. The server still holds the stream back when this resolves.
   *
   * @param {string} producerId
   * @param {string} user whose producer it is
   * @returns {Promise<types.Consumer>}
   */
  async consume(producerId, user) {
    const { recvRtpCapabilities } = this.#device;
    const offer = await this.#api.createConsumer(producerId, user, recvRtpCapabilities);
    return this.#transports.recv.consume(offer);
  }

  /** Closes the transports and with them all producers and consumers on this side. */
  close() {
    for (const repair of this.#repairs) repair.stop();
    this.#transports.send.close();
    this.#transports.recv.close();
  }

  /** @param {Direction} direction */
  #connectOnDemand(direction) {
    this.#transports[direction].on("connect", ({ dtlsParameters }, done, failed) => {
      this.#api.connect(direction, dtlsParameters).then(done, failed);
    });
  }

  #videoCodec() {
    const mimeType = `video/${this.#options.codec}`.toLowerCase();
    const { codecs = [] } = this.#device.sendRtpCapabilities;
    return codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType);
  }
}

/** @type {types.RtpEncodingParameters[]} */
const SIMULCAST = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];
