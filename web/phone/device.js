// A kiosk's, or a village tablet's, own key: made here, readable to nobody, and what it signs at a start. On any other
// phone none of this is ever used: no key is made, and nothing is kept.
import {el} from "../shared/dom.js";
import {base64url, randomText} from "../shared/oidc.js";
import {say} from "./state.js";
import {button, complain, field, go, screen} from "./view.js";

const DEVICE = "lifecert-device";
const CURVE = {name: "ECDSA", namedCurve: "P-256"};

function inKeys(mode, act) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DEVICE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = act(opening.result.transaction("keys", mode).objectStore("keys"));
      asked.onerror = () => reject(asked.error);
      asked.onsuccess = () => {
        opening.result.close();
        resolve(asked.result);
      };
    };
  });
}

// The key and what it was made as; null on a phone, which has none.
async function ownKey() {
  try {
    const own = localStorage.getItem(DEVICE) ? await inKeys("readonly", (keys) => keys.get("own")) : null;
    return own && own.district ? own : null;
  } catch (error) {
    return null;
  }
}

async function makeKey(channel, district) {
  const {privateKey, publicKey} = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  await inKeys("readwrite", (keys) => keys.put({channel, district, privateKey, publicKey}, "own"));
  localStorage.setItem(DEVICE, channel);
}

async function jwkOf(own) {
  const {kty, crv, x, y} = await crypto.subtle.exportKey("jwk", own.publicKey);
  return {kty, crv, x, y};
}

async function sha256(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

// What the office registers: the thumbprint of the public half (RFC 7638), whose members stand in this order, and the
// district, which it signs too: whoever registers this key elsewhere has registered nothing.
async function numberOf(own) {
  const {crv, kty, x, y} = await jwkOf(own);
  return `${await sha256(JSON.stringify({crv, kty, x, y}))}.${own.district}`;
}

function jsonPart(part) {
  return base64url(new TextEncoder().encode(JSON.stringify(part)));
}

// The header of a start with this body; none on a phone, and none where signing fails: it starts as a phone does.
export async function deviceHeader(path, body) {
  const own = await ownKey();
  if (!own) return {};
  try {
    const head = {typ: "lifecert-device+jwt", alg: "ES256", jwk: await jwkOf(own)};
    const claims = {
      path, digest: await sha256(JSON.stringify(body)), iat: Math.floor(Date.now() / 1000), jti: randomText(), channel: own.channel, district: own.district,
    };
    const signed = `${jsonPart(head)}.${jsonPart(claims)}`;
    const signature = await crypto.subtle.sign({name: "ECDSA", hash: "SHA-256"}, own.privateKey, new TextEncoder().encode(signed));
    return {"Device-Proof": `${signed}.${base64url(new Uint8Array(signature))}`};
  } catch (error) {
    return {};
  }
}

// For the clerk who sets the device up, at `#device`.
export async function openDevice() {
  const own = await ownKey();
  go("device", own && {channel: own.channel, number: await numberOf(own)}, {replace: true});
}

screen("device", (own) => {
  const district = field("device-district", say("deviceDistrict"), {inputmode: "numeric", maxlength: 6});
  return {
    title: say("device"),
    content: [
      own && el("p", {class: "note"}, say(`device_${own.channel}`)),
      own && el("p", {class: "number", id: "device-number"}, own.number),
      el("p", {}, say(own ? "deviceTell" : "deviceText")),
      district.node,
      ["kiosk", "registered_device"].map((channel) => button(say(`deviceMake_${channel}`), async () => {
        const code = district.input.value.trim();
        if (!/^\d{6}$/.test(code)) return complain(district.input, say("deviceDistrictWrong"));
        await makeKey(channel, code);
        return openDevice();
      }, {id: `make-${channel}`})),
      own && button(say("deviceDone"), () => location.replace(location.pathname), {kind: "primary", id: "device-done"}),
    ],
  };
});
