// Reads from outside what a page receives: pictures and tones of `fake_devices.js`, and statistics of
// every RTCPeerConnection. Runs before the page, whose own code stays as it is.

globalThis.probe = (() => {
  const COLUMNS = 20;
  const connections = [];

  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      connections.push(this);
    }
  };

  const canvas = new OffscreenCanvas(640, 480);
  const context = canvas.getContext("2d", { willReadFrequently: true });

  const number = (bits) => bits.reduce((value, bit) => value * 2 + bit, 0);

  function row(pixels, y) {
    const bit = (x) => (pixels[(Math.round((y + 0.5) * 96) * 640 + x * 32 + 16) * 4] > 127 ? 1 : 0);
    return Array.from({ length: COLUMNS }, (_, x) => bit(x));
  }

  const tile = (user, source) =>
    [...document.querySelectorAll(".tile")].find(
      ({ dataset }) => dataset.user === user && dataset.source === source,
    );

  const video = (user, source) => tile(user, source)?.querySelector("video");

  /** {code, ageMs} of the picture that a tile shows now; null if it shows none that can be read. */
  function picture(user, source) {
    const element = video(user, source);
    const shows = element?.srcObject && element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    return shows ? read(element) : null;
  }

  function read(element) {
    context.drawImage(element, 0, 0, 640, 480);
    const { data } = context.getImageData(0, 0, 640, 480);
    const [first, second, third] = [0, 1, 2].map((y) => row(data, y));
    const [sync, code, mirror] = [first.slice(0, 4), first.slice(4, 12), first.slice(12)].map(
      number,
    );
    const valid = sync === 0b1010 && code + mirror === 255;
    if (!valid || number(second) + number(third) !== 2 ** COLUMNS - 1) return null;
    const ageMs = ((Date.now() % 2 ** COLUMNS) - number(second) + 2 ** COLUMNS) % 2 ** COLUMNS;
    return { code, ageMs };
  }

  const analysers = new WeakMap();

  function analyser(stream) {
    if (!analysers.has(stream)) {
      const audio = new AudioContext();
      const node = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
      new MediaStreamAudioSourceNode(audio, { mediaStream: stream }).connect(node);
      analysers.set(stream, node);
    }
    return analysers.get(stream);
  }

  /** The loudest frequency in hertz of what a tile plays; 0 if it is silent. */
  function tone(user, source) {
    const stream = tile(user, source)?.querySelector("audio").srcObject;
    if (!stream) return 0;
    const node = analyser(stream);
    const levels = new Float32Array(node.frequencyBinCount);
    node.getFloatFrequencyData(levels);
    const loudest = levels.reduce((best, level, i) => (level > levels[best] ? i : best), 0);
    return levels[loudest] < -70 ? 0 : (loudest * node.context.sampleRate) / node.fftSize;
  }

  /** All entries of a type in the statistics of the open connections. */
  async function stats(type) {
    const open = connections.filter(({ connectionState }) => connectionState !== "closed");
    const reports = await Promise.all(open.map((connection) => connection.getStats()));
    return reports.flatMap((report) => [...report.values()]).filter((entry) => entry.type === type);
  }

  /** Whether nothing more is decoded: resolves to the count of frames once it stands still. */
  async function standstill(user, source) {
    const element = video(user, source);
    const frames = () => element.getVideoPlaybackQuality().totalVideoFrames;
    let [count, since] = [frames(), performance.now()];
    while (performance.now() - since < 700) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (frames() !== count) [count, since] = [frames(), performance.now()];
    }
    return count;
  }

  /** The age in milliseconds of each of the next frames when it is shown. */
  async function ages(user, source, frames) {
    const element = video(user, source);
    const result = [];
    while (result.length < frames) {
      await new Promise((resolve) => element.requestVideoFrameCallback(resolve));
      const picture = read(element);
      if (picture) result.push(picture.ageMs);
    }
    return result;
  }

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);

  function luminance(colour) {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(colour).map((channel) => linear(channel / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /** The contrast ratio of the text of an element to the ground it stands on. */
  function contrast(element) {
    const transparent = ({ backgroundColor }) => channels(backgroundColor)[3] === 0;
    let ground = element;
    while (transparent(getComputedStyle(ground))) ground = ground.parentElement;
    const colours = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor];
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  return { ages, contrast, picture, standstill, stats, tone, video };
})();
