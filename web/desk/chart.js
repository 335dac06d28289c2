// Charts, drawn as plain shapes. Beside each stands a table that says the same.
import {draw, el} from "../shared/dom.js";

const WIDE_CHART = 640;
const HIGH_CHART = 240;
const LEFT = 46;
const BELOW = 34;

// A round number at or above a value, for the top of a scale.
export function roundUp(value) {
  const unit = Math.pow(10, Math.floor(Math.log10(Math.max(1, value))));
  return [1, 2, 5, 10].map((one) => one * unit).find((one) => one >= value);
}

// Stacked bars: `groups` are {label, values}, of one value for each of `series` ({name, kind}).
export function bars(label, series, groups) {
  const most = roundUp(Math.max(1, ...groups.map((one) => one.values.reduce((sum, value) => sum + value, 0))));
  const height = HIGH_CHART - BELOW - 12;
  const y = (value) => HIGH_CHART - BELOW - (height * value) / most;
  const slot = (WIDE_CHART - LEFT) / Math.max(1, groups.length);
  const wide = Math.min(54, slot * 0.62);
  const scale = [0, most / 2, most].map((value) => draw("g", {},
    draw("line", {x1: LEFT, x2: WIDE_CHART, y1: y(value), y2: y(value), class: "grid"}),
    draw("text", {x: LEFT - 6, y: y(value) + 4, "text-anchor": "end"}, String(value))));
  const drawn = groups.map((group, place) => {
    const x = LEFT + slot * (place + 0.5);
    let below = 0;
    const parts = group.values.map((value, n) => {
      const part = value ? draw("rect", {x: x - wide / 2, width: wide, y: y(below + value), height: y(below) - y(below + value), class: `bar ${series[n].kind}`}, draw("title", {}, `${group.label} ${series[n].name}: ${value}`)) : null;
      below += value;
      return part;
    });
    return draw("g", {}, parts, draw("text", {x, y: HIGH_CHART - BELOW + 18, "text-anchor": "middle"}, group.label));
  });
  return el("figure", {class: "chart"}, el("div", {class: "scrolls", tabindex: "0", role: "group", "aria-label": label},
    draw("svg", {viewBox: `0 0 ${WIDE_CHART} ${HIGH_CHART}`, role: "img", "aria-label": label}, scale, drawn)),
    el("figcaption", {}, series.map((one) => el("span", {class: `legend ${one.kind}`}, one.name))));
}
