// What districts are called, as the deployment has it: one file, which the browser keeps for good.
let called = {};

// Without it districts are codes, as everywhere in the API.
export async function readDistricts() {
  try {
    called = await (await fetch(document.documentElement.dataset.districts, {credentials: "omit"})).json();
  } catch (error) {
    called = {};
  }
}

// What a code of six digits that somebody types is called, or that nobody knows it: codes come and go, so it may be right.
export function echoed(code, unknown) {
  if (!/^\d{6}$/.test(code) || !Object.keys(called).length) return "";
  const name = placed(code);
  return name === code ? unknown : name;
}

// A district's code with its whole name, from the province down; the code alone where its own name is not known.
export function placed(code) {
  const own = String(code || "").replace(/^(\d\d)(?:0000|(\d\d)00)$/, "$1$2");
  return called[own] ? `${code} ${[2, 4, 6].map((digits) => (digits <= own.length && called[own.slice(0, digits)]) || "").join("")}` : code || "";
}
