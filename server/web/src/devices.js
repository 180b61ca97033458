// Cameras, microphones and screens: opening them, and saying in words why one did not open.

/** @typedef {"camera" | "microphone" | "screen"} Device */

/** A device that could not be opened. The message is meant for the user. */
export class DeviceError extends Error {
  /**
   * @param {string} message
   * @param {boolean} dismissed whether the user just closed the choice, which needs no message
   */
  constructor(message, dismissed = false) {
    super(message);
    this.name = "DeviceError";
    this.dismissed = dismissed;
  }
}

/**
 * Opens camera and microphone with one question to the user. If one of them is missing, the other is
 * opened alone.
 *
 * @param {{ camera: boolean, microphone: boolean }} wanted
 * @returns {Promise<{ tracks: MediaStreamTrack[], errors: DeviceError[] }>}
 */
export async function openDevices({ camera, microphone }) {
  if (camera && microphone) {
    const both = await settled(openUserMedia({ video: CAMERA, audio: MICROPHONE }, "camera"));
    if (both.errors.length === 0) return both;
  }
  const opened = [];
  if (microphone) opened.push(await settled(openMicrophone()));
  if (camera) opened.push(await settled(openCamera()));
  return {
    tracks: opened.flatMap(({ tracks }) => tracks),
    errors: opened.flatMap(({ errors }) => errors),
  };
}

/** @returns {Promise<MediaStreamTrack[]>} */
export function openCamera() {
  return openUserMedia({ video: CAMERA }, "camera");
}

/** @returns {Promise<MediaStreamTrack[]>} */
export function openMicrophone() {
  return openUserMedia({ audio: MICROPHONE }, "microphone");
}

/** @returns {Promise<MediaStreamTrack[]>} the picture and, where browser and user allow it, the sound */
export async function openScreen() {
  if (!navigator.mediaDevices?.getDisplayMedia)
    throw new DeviceError("This browser cannot share the screen.");
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: true });
    return stream.getTracks();
  } catch (error) {
    throw describe(error, "screen");
  }
}

/**
 * @param {MediaStreamConstraints} constraints
 * @param {Device} device
 */
async function openUserMedia(constraints, device) {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new DeviceError(
      `The browser gives the ${device} to pages on HTTPS or localhost only. Open this page so.`,
    );
  try {
    return (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
  } catch (error) {
    throw describe(error, device);
  }
}

/** @param {Promise<MediaStreamTrack[]>} opening */
async function settled(opening) {
  try {
    return { tracks: await opening, errors: [] };
  } catch (error) {
    return { tracks: [], errors: [/** @type {DeviceError} */ (error)] };
  }
}

/**
 * @param {unknown} error from getUserMedia or getDisplayMedia
 * @param {Device} device
 * @returns {DeviceError}
 */
export function describe(error, device) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" && device === "screen")
    return new DeviceError("The screen is not shared.", true);
  return new DeviceError(MESSAGES[name]?.(device) ?? `The ${device} did not open (${error}).`);
}

/** @type {{ [name: string]: (device: Device) => string }} */
const MESSAGES = {
  NotAllowedError: (device) =>
    `The ${device} is blocked. Allow it in the browser's settings for this page, then turn it on again.`,
  NotFoundError: (device) => `No ${device} was found. Connect one, then turn it on again.`,
  NotReadableError: (device) => `The ${device} is in use by another program, or broken.`,
  OverconstrainedError: (device) => `The ${device} cannot deliver what this page asks for.`,
};

/** @type {MediaTrackConstraints} */
const CAMERA = {
  width: { ideal: 640 },
  height: { ideal: 480 },
  frameRate: { ideal: 30 },
};

/** @type {MediaTrackConstraints} */
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** @type {MediaTrackConstraints} */
const SCREEN = { frameRate: { max: 30 } };
