// Every picture of the page, drawn from a few parts: a face that does something, what covers it, and a tick or a cross.
import {draw} from "../shared/dom.js";

const SKIN = "#f2c9a4";
const LINE = "#4a3020";
const HAIR = "#8d97a3";
const COAT = "#1d5c86";
const GOOD = "#0b6b2e";
const BAD = "#a11212";
const PALE = "#e6eef4";

function path(d, attributes) {
  return draw("path", Object.assign({d, fill: "none", stroke: LINE, "stroke-width": 4, "stroke-linecap": "round",
    "stroke-linejoin": "round"}, attributes));
}

function group(transform, ...children) {
  return draw("g", {transform}, ...children);
}

// A head and shoulders, 200 by 200. `turn` from -1 to 1 is where the nose goes on the picture; `eyes` and `mouth` what they do.
function face({turn = 0, eyes = "open", mouth = "rest", glasses = false, scale = 1, x = 0, y = 0} = {}) {
  if (turn > 0) return group("translate(200 0) scale(-1 1)", face({turn: -turn, eyes, mouth, glasses, scale, x: -x, y}));
  const shift = 22 * turn;
  return group(`translate(${100 + x} ${108 + y}) scale(${scale})`,
    path("M-78 100C-78 66-44 58-20 52V30H20V52C44 58 78 66 78 100Z", {fill: COAT, stroke: "none"}),
    path("M-20 52V30H20V52C12 66-12 66-20 52Z", {fill: "#dfae85", stroke: "none"}),
    draw("ellipse", {cx: -50 + 0.3 * shift, cy: -14, rx: 8, ry: 13, fill: SKIN, visibility: turn < -0.4 ? "hidden" : null}),
    draw("ellipse", {cx: 50 + 0.3 * shift, cy: -14, rx: 8, ry: 13, fill: SKIN}),
    draw("ellipse", {cx: 0, cy: -16, rx: 50, ry: 60, fill: SKIN}),
    path(`M-52 -18C-58-66-28-88 2-86C34-88 58-64 52-18C46-40 ${34 + shift}-52 ${10 + shift}-54C${-18 + shift}-56-44-42-52-18Z`,
      {fill: HAIR, stroke: "none"}),
    group(`translate(${shift} 0)`,
      turn > -1.2 && feature(-20 + 3 * turn, eyes), feature(20 + 3 * turn, eyes),
      path("M-29-35Q-20-40-11-35M11-35Q20-40 29-35", {stroke: HAIR}),
      path(turn < 0 ? "M0-16L-9 6Q-4 10 4 8" : "M0-14V4Q-6 8-2 10H3", {"stroke-width": 3}),
      lips(mouth),
      path("M-32 8Q-28 14-30 20M32 8Q28 14 30 20", {"stroke-width": 2, stroke: "#c99a72"}),
      glasses && spectacles("none")));
}

function feature(at, eyes) {
  if (eyes === "closed") return path(`M${at - 10}-19Q${at}-12 ${at + 10}-19`);
  if (eyes === "half") {
    return [path(`M${at - 9}-19H${at + 9}`), draw("path", {d: `M${at - 5}-18A5 5 0 0 0 ${at + 5}-18Z`, fill: LINE})];
  }
  return [draw("ellipse", {cx: at, cy: -19, rx: 9, ry: 6, fill: "#fff"}), draw("circle", {cx: at, cy: -19, r: 5, fill: LINE})];
}

function lips(mouth) {
  if (mouth === "open") return draw("ellipse", {cx: 0, cy: 27, rx: 13, ry: 15, fill: "#6b1f24", stroke: "#b5524f", "stroke-width": 4});
  if (mouth === "ajar") return draw("ellipse", {cx: 0, cy: 24, rx: 12, ry: 4, fill: "#6b1f24", stroke: "#b5524f", "stroke-width": 3});
  if (mouth === "smile") {
    return [path("M-22 17Q0 44 22 17Z", {fill: "#fff", stroke: "#b5524f"}), path("M-27 15Q-24 15-22 18M27 15Q24 15 22 18", {"stroke-width": 3})];
  }
  return path("M-15 24Q0 29 15 24", {stroke: "#b5524f"});
}

function spectacles(fill) {
  return draw("g", {fill, stroke: "#222", "stroke-width": 4},
    draw("circle", {cx: -20, cy: -18, r: 15}), draw("circle", {cx: 20, cy: -18, r: 15}), draw("path", {d: "M-5-18H5M-35-20H-48M35-20H48"}));
}

const onFace = (...parts) => group("translate(100 108)", ...parts);
const darkened = (opacity) => draw("rect", {width: 200, height: 200, rx: 18, fill: "#10161c", opacity});
const mask = () => onFace(path("M-40 4Q0-8 40 4L36 30Q0 56-36 30Z", {fill: "#cfe6f2", stroke: "#5b8aa3"}), path("M-40 6L-50-4M40 6L50-4", {stroke: "#5b8aa3"}));
const shades = () => onFace(spectacles("#222"));
const glare = () => onFace(spectacles("#fff"), path("M-26-12L-14-26M14-12L26-26", {stroke: "#f2b600", "stroke-width": 5}));
const hand = () => onFace(path("M14 74V36C8 26 6 12 12 10S22 24 24 28V-2C24-10 34-10 34-2V22 2C36-6 44-6 44 2V24 8C46 0 54 2 54 10V42C54 60 48 66 46 76Z", {fill: "#e8b88d"}));
const hat = () => onFace(path("M-64-52Q0-76 64-52Q50-44 44-46Q40-98 0-98T-44-46Q-50-44-64-52Z", {fill: "#56606b", stroke: "none"}));
const lamp = (x) => group(`translate(${x} 34)`, draw("circle", {r: 15, fill: "#f7c331"}), path("M0-24V-31M0 24V31M-24 0H-31M24 0H31M-17-17L-22-22M17-17L22-22M-17 17L-22 22M17 17L22 22", {stroke: "#d99a00"}));
const glow = () => draw("rect", {width: 200, height: 200, rx: 18, fill: "#fff", opacity: 0.78});
const phone = (...screen) => [draw("rect", {x: 46, y: 8, width: 108, height: 184, rx: 14, fill: "#20262c"}), draw("rect", {x: 53, y: 20, width: 94, height: 156, fill: PALE}),
  draw("svg", {x: 53, y: 20, width: 94, height: 156, viewBox: "0 0 200 200", preserveAspectRatio: "xMidYMid slice"}, ...screen)];
const paper = (...drawn) => group("rotate(-7 100 100)", draw("rect", {x: 34, y: 20, width: 132, height: 160, fill: "#fff", stroke: "#666", "stroke-width": 3}),
  draw("svg", {x: 40, y: 30, width: 120, height: 140, viewBox: "0 0 200 200"}, ...drawn));
const smear = () => [0.35, 0.3, 0.25].map((opacity, i) => draw("g", {opacity}, face({x: 9 * (i + 1), y: 2 * i})));
const arrow = (way) => group(way === "left" ? "translate(200 0) scale(-1 1)" : "translate(0 0)",
  path("M124 176C152 172 168 158 176 138", {stroke: GOOD, "stroke-width": 11}), path("M156 142L178 132L188 154", {stroke: GOOD, "stroke-width": 11}));

function badge(good) {
  return group("translate(168 32)", draw("circle", {r: 26, fill: good ? GOOD : BAD, stroke: "#fff", "stroke-width": 5}),
    path(good ? "M-12 1L-3 10L13-9" : "M-10-10L10 10M10-10L-10 10", {stroke: "#fff", "stroke-width": 7}));
}

function scene(good, ...parts) {
  return draw("svg", {viewBox: "0 0 200 200", class: "scene", "aria-hidden": "true", focusable: "false"},
    draw("rect", {width: 200, height: 200, rx: 18, fill: PALE}),
    draw("svg", {width: 200, height: 200, viewBox: "0 0 200 200"}, ...parts), good === null ? null : badge(good));
}

const bad = (...parts) => scene(false, ...parts);
const good = (...parts) => scene(true, ...parts);
const clear = () => good(face());
const bothEyes = (way) => good(face({turn: way}));

// What a step looks like, seen as in a mirror; for whoever takes somebody else's picture left and right change places.
export function stepPicture(step, mirrored = true) {
  const side = mirrored ? 1 : -1;
  const way = (step === "turn_left") === mirrored ? "left" : "right";
  const drawn = {
    neutral: () => [face()],
    turn_left: () => [face({turn: -side}), arrow(way)],
    turn_right: () => [face({turn: side}), arrow(way)],
    open_mouth: () => [face({mouth: "open"})],
    close_eyes: () => [face({eyes: "closed"})],
    smile: () => [face({mouth: "smile"})],
  };
  return scene(null, ...drawn[step]());
}

export function abilityPicture(ability) {
  return ability === "turn_head" ? scene(null, face({turn: -1}), arrow("left")) : stepPicture(ability);
}

const letter = (...parts) => scene(null, path("M34 24H166V178H34Z", {fill: "#fff", stroke: "#56606b"}), ...parts);
const clerk = () => scene(null, face({glasses: true, y: -4, scale: 0.86}), path("M0 160H200V200H0Z", {fill: "#7a5a3a", stroke: "none"}),
  path("M112 150h52v-30h-52z", {fill: "#fff"}), path("M120 130h34M120 140h22", {"stroke-width": 3}));
const telephone = () => scene(null, path("M64 40C50 48 46 66 62 98S112 156 136 156C150 156 160 142 160 134L130 114L114 126C100 118 90 106 84 90L98 78L86 42Z", {fill: COAT, stroke: "none"}));
const home = () => scene(null, path("M30 104L100 44L170 104", {stroke: COAT, "stroke-width": 10}), path("M50 98V164H150V98", {fill: "#fff", stroke: COAT, "stroke-width": 8}), path("M86 164V124H114V164", {fill: "#c9a06f"}));
const family = () => scene(null, face({scale: 0.62, x: -40, y: 30}), face({scale: 0.62, x: 42, y: 30, mouth: "smile"}));
const clock = () => scene(null, draw("circle", {cx: 100, cy: 100, r: 64, fill: "#fff", stroke: LINE, "stroke-width": 7}), path("M100 58V100L130 118", {"stroke-width": 8}));
const network = (ok) => scene(ok, path("M40 88Q100 34 160 88M62 114Q100 80 138 114M84 138Q100 126 116 138", {stroke: COAT, "stroke-width": 12}), draw("circle", {cx: 100, cy: 160, r: 9, fill: COAT}));
const lens = (ok, ...more) => scene(ok, path("M28 66H64L78 46H122L136 66H172V158H28Z", {fill: "#fff", stroke: LINE, "stroke-width": 6}),
  draw("circle", {cx: 100, cy: 110, r: 34, fill: COAT, stroke: LINE, "stroke-width": 6}), draw("circle", {cx: 100, cy: 110, r: 15, fill: "#9cc4dd"}), ...more);
const waiting = () => [clerk(), clock()];

// For each reason of the API what went wrong, and how it is right. A human's turn shows the human.
export const REASON_PICTURES = {
  file_type_unsupported: () => [bad(path("M60 30H120L146 56V170H60Z", {fill: "#fff"}), path("M82 92L122 132M122 92L82 132", {stroke: BAD})), good(...phone(face()))],
  file_damaged: () => [bad(...phone(face()), path("M46 116L84 104L112 124L154 108V196H46Z", {fill: PALE, stroke: "none"})), good(...phone(face()))],
  image_too_large: () => [bad(path("M14 14H186V186H14Z", {fill: "#fff"}), face(), path("M18 40V18H40M160 182H182V160", {stroke: BAD, "stroke-width": 7})), good(...phone(face()))],
  image_too_small: () => [bad(path("M76 76H124V124H76Z", {fill: "#fff"}), face({scale: 0.22, y: -8})), good(...phone(face()))],
  frame_seen_before: () => [bad(...[paper(face())]), good(...phone(face()))],
  no_face: () => [bad(...phone(path("M0 150H200V200H0Z", {fill: "#c9a06f", stroke: "none"}))), good(...phone(face()))],
  several_faces: () => [bad(face({scale: 0.7, x: -42, y: 22}), face({scale: 0.7, x: 44, y: 22})), clear()],
  face_too_small: () => [bad(...phone(face({scale: 0.36, y: 22}))), good(...phone(face({scale: 1.05, y: 6})))],
  face_cut_off: () => [bad(...phone(face({scale: 1.3, x: -74, y: 30}))), good(...phone(face()))],
  too_dark: () => [bad(face(), darkened(0.72)), good(face(), lamp(36))],
  too_bright: () => [bad(face(), glow(), lamp(40)), clear()],
  too_compressed: () => [bad(face(), [0, 1, 2, 3, 4, 5].map((i) => draw("rect", {x: 52 + 32 * (i % 3), y: 62 + 34 * Math.floor(i / 3), width: 30, height: 32, fill: i % 2 ? "#d9a97e" : "#a9bac7", opacity: 0.8}))), good(...phone(face()))],
  no_colour: () => [bad(draw("g", {filter: "grayscale(1)", class: "grey"}, face())), clear()],
  blurred: () => [bad(...smear()), clear()],
  not_facing_camera: () => [bad(group("rotate(24 100 110)", face({turn: 0.8}))), clear()],
  sunglasses_worn: () => [bad(face(), shades()), clear()],
  mask_worn: () => [bad(face(), mask()), clear()],
  glasses_glare: () => [bad(face(), glare()), good(face({glasses: true}))],
  face_covered: () => [bad(face(), hand()), clear()],
  turn_not_seen: () => [bad(face({turn: -0.25})), good(face({turn: -1}), arrow("left"))],
  turned_too_far: () => [bad(group("translate(-14 0)", face({turn: -1.4}))), bothEyes(-0.9)],
  mouth_not_open: () => [bad(face({mouth: "ajar"})), good(face({mouth: "open"}))],
  eyes_not_closed: () => [bad(face({eyes: "half"})), good(face({eyes: "closed"}))],
  smile_not_seen: () => [bad(face()), good(face({mouth: "smile"}))],
  flat_face: () => [bad(paper(face())), good(face({turn: -1}), arrow("left"))],
  different_people: () => [bad(face({scale: 0.7, x: -42, y: 22}), face({scale: 0.7, x: 44, y: 22, glasses: true})), clear()],
  not_matching: () => [bad(face(), hat(), shades()), clear()],
  uploaded_out_of_time: waiting,
  liveness_doubted: waiting,
  match_uncertain: waiting,
  steps_uncertain: waiting,
  challenge_not_possible: waiting,
  not_assessed: waiting,
  retries_used_up: waiting,
  office_decides: waiting,
};

// Pictures of what is no reason of a photo: problems of the API and of the phone, and ways without the camera.
export const PICTURES = {
  good: clear,
  back: () => bad(face(), darkened(0.6), lamp(34), lamp(110)),
  covered: () => bad(face(), hat(), mask()),
  far: () => bad(...phone(face({scale: 0.4, y: 20}))),
  near: () => good(...phone(face())),
  light: () => good(face(), lamp(36)),
  camera: () => lens(null),
  noCamera: () => lens(false),
  allow: () => scene(null, ...phone(), draw("rect", {x: 26, y: 62, width: 148, height: 92, rx: 10, fill: "#fff", stroke: LINE, "stroke-width": 4}),
    path("M42 88H62L66 82H82L86 88H92V112H42Z", {fill: PALE, stroke: LINE}), draw("circle", {cx: 70, cy: 99, r: 8, fill: COAT}), path("M106 88H158M106 104H144", {stroke: HAIR, "stroke-width": 6}),
    draw("rect", {x: 38, y: 122, width: 52, height: 22, rx: 6, fill: "#cfd6dc"}), draw("rect", {x: 100, y: 118, width: 64, height: 30, rx: 7, fill: GOOD}), path("M122 132L129 140L143 125", {stroke: "#fff", "stroke-width": 6})),
  offline: () => network(false),
  clock,
  clerk,
  telephone,
  home,
  family,
  letter: () => letter(path("M54 60H110M54 80H146M54 96H146", {"stroke-width": 5, stroke: HAIR}), path("M112 118h34v34h-34z", {fill: LINE}), path("M120 126h18v18h-18z", {fill: "#fff", stroke: "none"}), path("M54 128h36M54 142h36", {"stroke-width": 5, stroke: BAD})),
  self: () => scene(null, face({mouth: "smile"})),
  tick: () => scene(null, draw("circle", {cx: 100, cy: 100, r: 66, fill: GOOD}), path("M68 102L92 126L136 76", {stroke: "#fff", "stroke-width": 14})),
};

export function reasonPictures(code) {
  return (REASON_PICTURES[code] || (() => [PICTURES.telephone()]))();
}
