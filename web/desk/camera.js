// A photo by the camera of this desk: what is poor about the picture is said before it is taken, as on the phone page.
import {CameraFault, HAS_CAMERA, burst, closeCamera, faceless, lightIn, openCamera, play} from "../shared/camera.js";
import {el, fill} from "../shared/dom.js";
import {say, word} from "./state.js";
import {button, tell} from "./view.js";

const LOOK_EVERY_MS = 800;

// Hints, and never a gate: whether a photo will do says the API.
async function poor(video) {
  const light = lightIn(video);
  if (light) return word("camera", light);
  return (await faceless(video)) ? word("camera", "faceless") : "";
}

// `taken` is given each picture. Null where the browser has no camera to give.
export function cameraBox(taken) {
  if (!HAS_CAMERA) return null;
  const place = el("div", {class: "camera"});
  let stream = null;
  let timer = 0;

  function close() {
    clearInterval(timer);
    closeCamera(stream);
    stream = null;
    fill(place, button(say("cameraOpen"), open, {id: "camera-open"}));
  }

  // The camera is nobody's once its picture is hidden: left, locked, or in another window.
  async function look(video, hint) {
    if (!video.offsetParent || document.hidden) return close();
    const text = await poor(video);
    if (hint.textContent !== text) {
      hint.textContent = text;
      tell(text);
    }
    return undefined;
  }

  async function open() {
    const video = el("video", {playsinline: true, muted: true, autoplay: true, "aria-hidden": "true"});
    video.muted = true;
    const hint = el("p", {class: "hint"});
    try {
      // Somebody else is photographed: of two cameras the one that looks away.
      stream = await openCamera("environment");
      fill(place, video, hint, el("p", {class: "buttons"},
        button(say("cameraTake"), async () => {
          const picture = await burst(video);
          close();
          taken(picture);
        }, {kind: "primary", id: "camera-take"}),
        button(say("cameraClose"), close, {kind: "plain", id: "camera-close"})));
      await play(video, stream);
    } catch (error) {
      if (!(error instanceof CameraFault)) throw error;
      close();
      place.append(el("p", {class: "wrong", role: "alert"}, word("cameraFault", error.message)));
      return;
    }
    timer = setInterval(() => look(video, hint).catch(() => undefined), LOOK_EVERY_MS);
    document.getElementById("camera-take").focus();
  }

  close();
  return place;
}
