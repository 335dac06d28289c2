// Two photos side by side, with one zoom for both: what is compared is seen at the same size and place.
import {draw, el, fill} from "../shared/dom.js";
import {say, word} from "./state.js";
import {button} from "./view.js";

const STEP = 1.25;
const MOST = 8;
const SHIFT = 40;

// What can be compared: `left` and `right` are lists of {label, link}. `reload` asks for new links once these are over.
export function comparison(left, right, reload) {
  const zoom = {scale: 1, x: 0, y: 0};
  const images = [];
  const gone = el("p", {class: "wrong", role: "alert"});

  function apply() {
    const most = (zoom.scale - 1) * 300;
    zoom.x = Math.max(-most, Math.min(most, zoom.x));
    zoom.y = Math.max(-most, Math.min(most, zoom.y));
    images.forEach((one) => { one.style.transform = `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`; });
    told.textContent = say("zoomed", {n: Math.round(100 * zoom.scale)});
  }

  function scaled(factor) {
    zoom.scale = Math.max(1, Math.min(MOST, zoom.scale * factor));
    apply();
  }

  function moved(x, y) {
    zoom.x += x;
    zoom.y += y;
    apply();
  }

  function reset() {
    Object.assign(zoom, {scale: 1, x: 0, y: 0});
    apply();
  }

  function pane(name, title, photos, first) {
    if (!photos.length) return el("figure", {class: "pane"}, el("figcaption", {}, title), el("p", {class: "empty"}, say("photosNone")));
    const image = el("img", {alt: "", class: "photo"});
    const stage = el("div", {class: "stage", tabindex: "0", role: "group", "aria-label": say("stageLabel", {title}), id: `stage-${name}`}, image);
    const choose = el("select", {id: `photo-${name}`, class: "field"}, photos.map((one, place) => el("option", {value: String(place), selected: place === first}, one.label)));
    const put = () => {
      const photo = photos[Number(choose.value)];
      image.src = photo.link;
      image.alt = `${title}: ${photo.label}`;
    };
    choose.addEventListener("change", put);
    image.addEventListener("error", () => {
      fill(gone, say("photosOver"), button(say("photosAgain"), reload, {id: "photos-again"}));
    });
    put();
    images.push(image);
    dragged(stage);
    return el("figure", {class: "pane"}, el("figcaption", {}, el("label", {for: choose.id}, title), choose), stage);
  }

  function dragged(stage) {
    let from = null;
    stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      scaled(event.deltaY < 0 ? STEP : 1 / STEP);
    }, {passive: false});
    stage.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!from) return;
      moved(event.clientX - from[0], event.clientY - from[1]);
      from = [event.clientX, event.clientY];
    });
    ["pointerup", "pointercancel"].forEach((name) => stage.addEventListener(name, () => { from = null; }));
    stage.addEventListener("keydown", (event) => {
      const way = {ArrowLeft: [SHIFT, 0], ArrowRight: [-SHIFT, 0], ArrowUp: [0, SHIFT], ArrowDown: [0, -SHIFT]}[event.key];
      if (!way) return;
      event.preventDefault();
      moved(...way);
    });
  }

  const told = el("output", {class: "zoomed"}, say("zoomed", {n: 100}));
  const node = el("div", {class: "comparison"},
    el("div", {class: "panes"}, pane("left", say("enrolledPhotos"), left, 0), pane("right", say("framesOfTry"), right, 0)),
    el("div", {class: "zoom", role: "group", "aria-label": say("zoom")},
      button(say("larger"), () => scaled(STEP), {kind: "plain", id: "zoom-in"}), button(say("smaller"), () => scaled(1 / STEP), {kind: "plain", id: "zoom-out"}),
      button(say("whole"), reset, {kind: "plain", id: "zoom-reset"}), told),
    el("p", {class: "hint"}, say("zoomHint")), gone);
  const keys = {"+": [say("larger"), () => scaled(STEP)], "-": [say("smaller"), () => scaled(1 / STEP)], 0: [say("whole"), reset]};
  return {node, keys};
}

export function frameLabel(attempt, place, several) {
  const step = word("step", attempt.challenge[place] || "neutral");
  return several ? `${say("tryNumber", {n: several})}, ${step}` : step;
}

export function mark(kind) {
  const path = {passed: "M3 9l4 4 8-9", failed: "M4 4l10 10M14 4L4 14", warned: "M9 3v8M9 14v1", not_assessed: "M5 9h8"}[kind] || "M5 9h8";
  return draw("svg", {viewBox: "0 0 18 18", class: `mark ${kind}`, "aria-hidden": "true"}, draw("path", {d: path, fill: "none", stroke: "currentColor", "stroke-width": 2.5, "stroke-linecap": "round"}));
}
