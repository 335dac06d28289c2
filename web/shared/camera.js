// The camera: opened in a tap, closed when nobody looks, and the best of a short burst of its pictures.
import {pause} from "./api.js";

const LONG_SIDE = 960;
const JPEG_QUALITY = 0.85;
const BURST = 5;
const BETWEEN_MS = 70;
const FIRST_PICTURE_MS = 10000;
const SMALL = 96; // px: large enough to tell light and sharpness by
const DARK = 55; // of 255, mean brightness
const BRIGHT = 215;

export const HAS_CAMERA = Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia);

// Why there is no picture: refused, missing, busy or old.
export class CameraFault extends Error {}

const FAULTS = {
  NotAllowedError: "refused", SecurityError: "refused", PermissionDeniedError: "refused",
  NotFoundError: "missing", DevicesNotFoundError: "missing", OverconstrainedError: "missing",
  NotReadableError: "busy", TrackStartError: "busy", AbortError: "busy",
};

// A stream of one camera. No orientation is asked for: browsers cut an upright picture to fit it.
export async function openCamera(facing) {
  if (!HAS_CAMERA) throw new CameraFault("old");
  try {
    return await navigator.mediaDevices.getUserMedia({audio: false, video: {facingMode: facing, width: {ideal: 1280}}});
  } catch (error) {
    throw new CameraFault(FAULTS[error.name] || "busy");
  }
}

export function closeCamera(stream) {
  if (stream) stream.getTracks().forEach((track) => track.stop());
}

// Show a stream; ends with its first picture. WeChat plays nothing by itself.
export async function play(video, stream) {
  video.srcObject = stream;
  const playing = video.play();
  if (playing) playing.catch(() => undefined);
  for (let waited = 0; !video.videoWidth || video.readyState < 2; waited += 50) {
    if (waited > FIRST_PICTURE_MS) throw new CameraFault("busy");
    await pause(50);
  }
}

// "dark" or "bright" when the picture is, else an empty text. A hint, and never a gate.
export function lightIn(video) {
  if (!video.videoWidth) return "";
  const {mean} = seen(video, video.videoWidth, video.videoHeight);
  return mean < DARK ? "dark" : mean > BRIGHT ? "bright" : "";
}

// Whether a face is to be seen, by the browser's own detector: where it has none, or that fails, nobody is told anything. A
// hint too, and never a gate.
let detector = null;

export async function faceless(video) {
  if (!window.FaceDetector || !video.videoWidth) return false;
  try {
    detector = detector || new window.FaceDetector({fastMode: true, maxDetectedFaces: 1});
    return (await detector.detect(video)).length === 0;
  } catch (error) {
    return false;
  }
}

// The best of five pictures, as a JPEG that carries nothing but itself.
export async function burst(video) {
  let best = null;
  for (let taken = 0; taken < BURST; taken += 1) {
    if (taken) await pause(BETWEEN_MS);
    const canvas = drawn(video, video.videoWidth, video.videoHeight);
    const {mean, sharpness} = seen(canvas, canvas.width, canvas.height);
    const worth = sharpness * (mean < DARK || mean > BRIGHT ? 0.5 : 1);
    if (!best || worth > best.worth) best = {canvas, worth};
  }
  return encoded(best.canvas);
}

// A photo from a file in the same form. Throws CameraFault when it is none.
export async function fromFile(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    const loaded = new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new CameraFault("file"));
    });
    image.src = address;
    await loaded;
    const turn = TURNS_ITSELF ? 1 : await orientation(file);
    return await encoded(drawn(image, image.naturalWidth, image.naturalHeight, turn));
  } finally {
    URL.revokeObjectURL(address);
  }
}

// Browsers turn a photo as its EXIF says since Chrome 81 and iOS 13.4; before, it is done here.
const TURNS_ITSELF = window.CSS && CSS.supports("image-orientation", "from-image");

// The orientation that a JPEG's EXIF names, from 1 to 8; 1 where it names none.
export async function orientation(file) {
  const head = new DataView(await new Response(file.slice(0, 131072)).arrayBuffer());
  if (head.byteLength < 4 || head.getUint16(0) !== 0xffd8) return 1;
  for (let at = 2; at + 10 < head.byteLength && head.getUint8(at) === 0xff; at += 2 + head.getUint16(at + 2)) {
    if (head.getUint16(at) !== 0xffe1 || head.getUint32(at + 4) !== 0x45786966) continue;
    const tiff = at + 10;
    const little = head.getUint16(tiff) === 0x4949;
    const first = tiff + head.getUint32(tiff + 4, little);
    const entries = head.getUint16(first, little);
    for (let entry = first + 2; entry < first + 2 + 12 * entries && entry + 10 <= head.byteLength; entry += 12) {
      if (head.getUint16(entry, little) === 0x0112) return head.getUint16(entry + 8, little);
    }
    return 1;
  }
  return 1;
}

const TURNS = {
  2: [-1, 0, 0, 1], 3: [-1, 0, 0, -1], 4: [1, 0, 0, -1], 5: [0, 1, 1, 0], 6: [0, 1, -1, 0], 7: [0, -1, -1, 0], 8: [0, -1, 1, 0],
};

function drawn(source, width, height, turn = 1) {
  const scale = Math.min(1, LONG_SIDE / Math.max(width, height));
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turn > 4 ? [h, w] : [w, h];
  const context = canvas.getContext("2d");
  if (TURNS[turn]) {
    context.translate(canvas.width / 2, canvas.height / 2);
    const [a, b, c, d] = TURNS[turn];
    context.transform(a, b, c, d, 0, 0);
    context.translate(-w / 2, -h / 2);
  }
  context.drawImage(source, 0, 0, w, h);
  return canvas;
}

// Mean brightness (0 to 255) and sharpness (mean difference of neighbours) of the middle, where a face is.
function seen(source, width, height) {
  const small = document.createElement("canvas");
  small.width = SMALL;
  small.height = SMALL;
  const context = small.getContext("2d");
  context.drawImage(source, 0.15 * width, 0.1 * height, 0.7 * width, 0.8 * height, 0, 0, SMALL, SMALL);
  const {data} = context.getImageData(0, 0, SMALL, SMALL);
  let sum = 0;
  let edges = 0;
  for (let i = 0; i < data.length; i += 4) {
    const grey = 0.3 * data[i] + 0.59 * data[i + 1] + 0.11 * data[i + 2];
    sum += grey;
    if (i + 4 * SMALL < data.length) edges += Math.abs(data[i + 1] - data[i + 5]) + Math.abs(data[i + 1] - data[i + 1 + 4 * SMALL]);
  }
  return {mean: sum / (SMALL * SMALL), sharpness: edges / (SMALL * SMALL)};
}

function encoded(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new CameraFault("file"))), "image/jpeg", JPEG_QUALITY);
  });
}

// What the camera said of itself, for a person to review: never its label, never its id.
export function observedOf(stream, facing) {
  const [track] = stream.getVideoTracks();
  const got = track.getSettings ? track.getSettings() : {};
  const kinds = /** @type {[string, RegExp][]} */ ([["virtual", /virtual|obs|manycam|snap camera|droidcam|fake/i], ["front", /front|user|前/i], ["back", /back|rear|environment|后|後/i], ["external", /usb|uvc|webcam/i]]);
  const kind = kinds.find(([, sign]) => sign.test(track.label));
  return {
    camera: kind ? kind[0] : "unknown", facing_asked: facing, facing_got: got.facingMode || null,
    width: got.width || 0, height: got.height || 0, frame_rate: Math.round(got.frameRate || 0),
  };
}

// Keep the screen lit; where a browser cannot, nothing happens.
export async function stayAwake() {
  try {
    return navigator.wakeLock ? await navigator.wakeLock.request("screen") : null;
  } catch (error) {
    return null;
  }
}

// A short tone and a tremble: heard with the eyes closed, also where nothing can speak.
let tones = null;

// Only within a tap may a page make itself heard.
export function readyToBeep() {
  const Tones = window.AudioContext || window.webkitAudioContext;
  if (Tones && !tones) tones = new Tones();
  if (tones && tones.state === "suspended") tones.resume();
}

export function beep(high) {
  if (navigator.vibrate) navigator.vibrate(high ? [80, 60, 80] : 60);
  if (!tones) return;
  const tone = tones.createOscillator();
  const volume = tones.createGain();
  tone.frequency.value = high ? 880 : 523;
  volume.gain.value = 0.15;
  tone.connect(volume);
  volume.connect(tones.destination);
  tone.start();
  tone.stop(tones.currentTime + (high ? 0.3 : 0.12));
}
