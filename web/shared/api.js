// Calls of the API, on a network that may be slow or gone for a while: a call is repeated, later each time.

const WAITS_MS = [1000, 2000, 4000, 8000, 15000];
const PATIENCE_MS = 45000;
const BUSY = ["session_busy", "request_in_progress", "changed_meanwhile", "unavailable"];

// What the API refused, as a problem document (RFC 9457).
export class Problem extends Error {
  constructor(status, body) {
    super(body.code || String(status));
    this.status = status;
    this.code = body.code || "";
    this.body = body;
  }
}

// Nobody answered, however often it was tried.
export class Unreachable extends Error {}

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// How long to wait before a further try: longer each time, and not all phones at once.
export function backOff(tried) {
  return WAITS_MS[Math.min(tried, WAITS_MS.length - 1)] * (0.75 + Math.random() / 2);
}

// A random key: a repeated start with the same one is the same start.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The JSON answer of a call. `onWait` is told when it must be tried again.
// Throws Problem, and Unreachable after `tries`.
/** @type {import("./types").Call} */
export async function call(method, path, {body, headers, language, tries = 4, patience = PATIENCE_MS, onWait} = {}) {
  for (let tried = 0; ; tried += 1) {
    const answer = await answered(method, path, {body, headers, language, patience});
    if (answer && answer.ok) return answer.json;
    const again = !answer || answer.status >= 502 || BUSY.includes(answer.json.code);
    if (!again || tried + 1 >= tries) {
      if (!answer || answer.status >= 502) throw new Unreachable(path.split("/")[0]);
      throw new Problem(answer.status, answer.json);
    }
    if (onWait) onWait();
    await pause(answer && answer.after ? answer.after : backOff(tried));
  }
}

async function answered(method, path, {body, headers, language, patience}) {
  const abort = new AbortController();
  const late = setTimeout(() => abort.abort(), patience);
  try {
    const sent = Object.assign({Accept: "application/json", "Accept-Language": language}, headers);
    if (body !== undefined) sent["Content-Type"] = "application/json";
    const response = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: abort.signal,
    });
    const text = await response.text();
    return {
      ok: response.ok,
      status: response.status,
      after: 1000 * Math.min(10, Number(response.headers.get("Retry-After")) || 0),
      json: parsed(text),
    };
  } catch (error) {
    return null;
  } finally {
    clearTimeout(late);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text || "{}");
  } catch (error) {
    return {};
  }
}
