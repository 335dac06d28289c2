// Which grounds a clerk may give for a decision: of photos those that speak of faces, of everything else the others. The
// first is the usual one, and is chosen already.
const OF_FACES = {
  accept: ["same_person", "confirmed"],
  refuse: ["other_person", "not_live", "unfounded"],
  needs_more: ["not_recognisable", "asked_back"],
};
const OF_WORDS = {accept: ["confirmed"], refuse: ["unfounded"], needs_more: ["asked_back"]};
// Of a case that certifies: by nothing less than the face.
const CERTIFYING = Object.assign({}, OF_FACES, {accept: ["same_person"]});

// The kinds of cases that photos are shown of.
export const ABOUT_FACES = ["verification", "audit", "override", "duplicate_face"];

// By outcome, for a kind of case.
export function groundsFor(kind) {
  if (kind === "verification") return CERTIFYING;
  return ABOUT_FACES.includes(kind) ? OF_FACES : OF_WORDS;
}
