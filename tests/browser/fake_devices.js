// Takes the place of camera, microphone and screen before the page loads. The picture tells whose it is
// and when it was drawn, the sound tells whose it is; `probe.js` reads both at the other end.
//
// The picture is 20 blocks wide. Rows from the top: 1010 + the code (8 bits) + its complement; the time
// of drawing (20 bits, milliseconds of the Unix time); its complement; below, colours that move.
//
// `globalThis.signature` = {camera: code, screen: code, hz, screenHz} is set by an earlier script.

(() => {
  const COLUMNS = 20;

  /** @type {(value: number, count: number) => number[]} most significant bit first */
  const bits = (value, count) =>
    Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);

  function draw(canvas, context, code) {
    const { width, height } = canvas;
    const now = Date.now() % 2 ** COLUMNS;
    const rows = [
      [1, 0, 1, 0, ...bits(code, 8), ...bits(255 - code, 8)],
      bits(now, COLUMNS),
      bits(2 ** COLUMNS - 1 - now, COLUMNS),
    ];
    rows.forEach((row, y) =>
      row.forEach((bit, x) => {
        context.fillStyle = bit ? "#fff" : "#000";
        context.fillRect((x * width) / COLUMNS, (y * height) / 5, width / COLUMNS, height / 5);
      }),
    );
    context.fillStyle = `hsl(${(now / 10) % 360} 70% 50%)`;
    context.fillRect(0, (3 * height) / 5, width, (2 * height) / 5);
  }

  function picture(code, width, height) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    draw(canvas, context, code);
    const [track] = canvas.captureStream(30).getVideoTracks();
    const timer = setInterval(() => draw(canvas, context, code), 1000 / 30);
    const stop = track.stop.bind(track);
    track.stop = () => (clearInterval(timer), stop());
    return track;
  }

  function tone(hz) {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: hz });
    const output = context.createMediaStreamDestination();
    oscillator.connect(new GainNode(context, { gain: 0.3 })).connect(output);
    oscillator.start();
    return output.stream.getAudioTracks()[0];
  }

  const { camera, screen, hz, screenHz } = globalThis.signature;

  navigator.mediaDevices.getUserMedia = async ({ audio, video }) =>
    new MediaStream([...(audio ? [tone(hz)] : []), ...(video ? [picture(camera, 640, 480)] : [])]);

  navigator.mediaDevices.getDisplayMedia = async () => {
    globalThis.screenTracks = [tone(screenHz), picture(screen, 1280, 720)];
    return new MediaStream(globalThis.screenTracks);
  };
})();
