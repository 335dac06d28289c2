// A QR code (ISO/IEC 18004) of a short address: bytes, error correction M, versions 1 to 10, drawn as one path.
import {draw} from "./dom.js";

// For each version at level M: error correction words in a block; blocks, and data words in each, of two sizes.
const QR_BLOCKS = [
  [10, 1, 16, 0, 0], [16, 1, 28, 0, 0], [26, 1, 44, 0, 0], [18, 2, 32, 0, 0], [24, 2, 43, 0, 0],
  [16, 4, 27, 0, 0], [18, 4, 31, 0, 0], [22, 2, 38, 2, 39], [22, 3, 36, 2, 37], [26, 4, 43, 1, 44],
];
const QR_ALIGNMENT = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
// Any mask may be read; this one hides long lines in text well.
const QR_MASK = 2;
const QR_QUIET = 4;

// The code as a drawing. Throws RangeError for more than 213 bytes.
export function qrCode(text, label) {
  const rows = qrModules(new TextEncoder().encode(text));
  const side = rows.length + 2 * QR_QUIET;
  let path = "";
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x + QR_QUIET} ${y + QR_QUIET}h1v1h-1z`;
  }));
  return draw("svg", {viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges"},
    draw("rect", {width: side, height: side, fill: "#fff"}), draw("path", {d: path, fill: "#000"}));
}

function qrModules(bytes) {
  const version = 1 + QR_BLOCKS.findIndex(([, a, words, b, more], i) => a * words + b * more >= bytes.length + (i < 9 ? 2 : 3));
  if (!version) throw new RangeError("too long for this code");
  const side = 17 + 4 * version;
  const dark = Array.from({length: side}, () => new Array(side).fill(false));
  const fixed = Array.from({length: side}, () => new Array(side).fill(false));
  const set = (x, y, value) => {
    if (x < 0 || y < 0 || x >= side || y >= side) return;
    dark[y][x] = value;
    fixed[y][x] = true;
  };
  qrPatterns(version, side, set, fixed);
  qrFill(qrWords(bytes, version), side, dark, fixed);
  return dark;
}

function qrPatterns(version, side, set, fixed) {
  for (const [left, top] of [[0, 0], [side - 7, 0], [0, side - 7]]) {
    for (let y = -1; y < 8; y += 1) {
      for (let x = -1; x < 8; x += 1) {
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        set(left + x, top + y, ring !== 2 && ring < 4);
      }
    }
  }
  for (const x of QR_ALIGNMENT[version - 1]) {
    for (const y of QR_ALIGNMENT[version - 1]) {
      if (fixed[y][x]) continue;
      for (let b = -2; b < 3; b += 1) {
        for (let a = -2; a < 3; a += 1) set(x + a, y + b, Math.max(Math.abs(a), Math.abs(b)) !== 1);
      }
    }
  }
  for (let i = 8; i < side - 8; i += 1) {
    set(i, 6, i % 2 === 0);
    set(6, i, i % 2 === 0);
  }
  qrFormat(side, set);
  if (version > 6) qrVersion(version, side, set);
}

function qrFormat(side, set) {
  // Level M is 00 in the format's own bits.
  const bits = ((QR_MASK << 10) | qrRemainder(QR_MASK << 10, 0x537, 10)) ^ 0x5412;
  const bit = (i) => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 15; i += 1) {
    const along = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
    if (i < 8) set(8, along, bit(i));
    else set(i === 8 ? 7 : along, 8, bit(i));
    if (i < 8) set(side - 1 - i, 8, bit(i));
    else set(8, side - 15 + i, bit(i));
  }
  set(8, side - 8, true);
}

function qrVersion(version, side, set) {
  const bits = (version << 12) | qrRemainder(version << 12, 0x1f25, 12);
  for (let i = 0; i < 18; i += 1) {
    const value = ((bits >> i) & 1) === 1;
    set(side - 11 + (i % 3), Math.floor(i / 3), value);
    set(Math.floor(i / 3), side - 11 + (i % 3), value);
  }
}

function qrRemainder(value, divisor, degree) {
  let rest = value;
  for (let i = 17; i >= degree; i -= 1) if ((rest >> i) & 1) rest ^= divisor << (i - degree);
  return rest;
}

function qrWords(bytes, version) {
  const [correction, few, words, many, more] = QR_BLOCKS[version - 1];
  const total = few * words + many * more;
  const bits = [];
  const write = (value, length) => {
    for (let i = length - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  write(4, 4);
  write(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => write(byte, 8));
  write(0, Math.min(4, 8 * total - bits.length));
  while (bits.length % 8) bits.push(0);
  const data = [];
  for (let i = 0; i < bits.length; i += 8) data.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < total; pad ^= 0xfd) data.push(pad);
  const blocks = [];
  for (let i = 0, start = 0; i < few + many; i += 1) {
    const length = i < few ? words : more;
    blocks.push(data.slice(start, start + length));
    start += length;
  }
  const checks = blocks.map((block) => qrCorrection(block, correction));
  const mixed = [];
  for (let i = 0; i < Math.max(words, more); i += 1) for (const block of blocks) if (i < block.length) mixed.push(block[i]);
  for (let i = 0; i < correction; i += 1) for (const check of checks) mixed.push(check[i]);
  return mixed;
}

// Reed-Solomon over GF(256) with the polynomial 0x11d.
function qrCorrection(block, length) {
  let generator = [1];
  for (let i = 0, root = 1; i < length; i += 1, root = qrTimes(root, 2)) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((factor, place) => {
      next[place] ^= factor;
      next[place + 1] ^= qrTimes(factor, root);
    });
    generator = next;
  }
  const rest = block.concat(new Array(length).fill(0));
  for (let i = 0; i < block.length; i += 1) {
    const factor = rest[i];
    if (factor) generator.forEach((one, place) => { rest[i + place] ^= qrTimes(one, factor); });
  }
  return rest.slice(block.length);
}

function qrTimes(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i -= 1) {
    product = (product << 1) ^ (product & 0x80 ? 0x11d : 0);
    if ((b >> i) & 1) product ^= a;
  }
  return product;
}

function qrFill(words, side, dark, fixed) {
  let next = 0;
  for (let right = side - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (let step = 0; step < side; step += 1) {
      const y = up ? side - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        const bit = next < 8 * words.length && ((words[next >> 3] >> (7 - (next & 7))) & 1) === 1;
        dark[y][x] = bit !== (x % 3 === 0);
        next += 1;
      }
    }
  }
}
