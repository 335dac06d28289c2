// Whether an ID number can be one, by the kinds that the deployment has chosen (GET /config): slips are told at once.
// The server decides; a checksum that this page does not know is left to it.
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const CHECKS = {
  mod_11_2: (body) => "10X98765432"[WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(body[place]), 0) % 11],
  icao_731: (body) => String(Array.from(body).reduce((sum, one, place) => sum + parseInt(one, 36) * [7, 3, 1][place % 3], 0) % 10),
  mod_23_letter: (body) => LETTERS[Number(body.replace(/^[XYZ]/, (first) => String("XYZ".indexOf(first)))) % 23],
};

// One spelling: full width, spaces, hyphens and case do not matter.
export function spelt(text) {
  return text.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
}

// The kind that a number looks like, of those that were chosen; undefined for none.
export function kindOf(number, kinds) {
  return kinds.find(({form}) => new RegExp(`^(?:${form})$`).test(number));
}

export function numberFits(number, kinds) {
  const kind = kindOf(number, kinds);
  if (!kind) return false;
  const check = CHECKS[kind.checksum];
  return !check || check(number.slice(0, -1)) === number.slice(-1);
}
