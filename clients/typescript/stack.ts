// The stack of `make dev`: how users of it sign in, and where drawn photos come from. An app has its own of both.
// `schema.d.ts` is what `make clients` generates from infra/openapi.yaml.
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {resolve} from "node:path";
import createClient from "openapi-fetch";
import type {components, paths} from "./schema.js";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

// The checkout: these files run from .build/clients/typescript.
const ROOT = resolve(import.meta.dirname, "../../..");
const FILE = process.env["CLIENT_JSON"] ?? ".build/dev/latest/client.json";
export const STACK = JSON.parse(readFileSync(resolve(ROOT, FILE), "utf-8"));

// Of an answer that is also there as a page for people, this client takes the other.
type Json = "application/json" | "application/problem+json";

// A client of the API: with a user's ID token, which stands in Authorization by itself, or for anybody.
export function client(token?: string) {
  const authorization = token ? {Authorization: token} : {};
  return createClient<paths, Json>({baseUrl: STACK.api, headers: {"Accept-Language": "en", ...authorization}});
}
export type Client = ReturnType<typeof client>;
export const ANYBODY = client();

// For a call that must not be done twice: a repeat with the same key gets the same answer.
export const once = () => ({"Idempotency-Key": crypto.randomUUID()});

// What a call answered, if it succeeded. Every refusal is a Problem.
export function expected<Data>(answer: {data?: Data; error?: Problem}): Data {
  if (answer.error) throw new Error(`${answer.error.status} ${answer.error.code}: ${answer.error.detail}`);
  return answer.data as Data;
}

export async function signedIn(email: string) {
  const {sign_in} = expected(await ANYBODY.GET("/config"));
  const user = STACK.users.find((one: {email: string}) => one.email === email);
  const answer = await fetch(sign_in.endpoint ?? sign_in.issuer, {
    method: "POST",
    headers: {
      "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
      "Content-Type": "application/x-amz-json-1.1",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      // People's client is in /config; staff have a pool of their own.
      ClientId: user.group ? user.client_id : sign_in.client_id,
      AuthParameters: {USERNAME: email, PASSWORD: user.password},
    }),
  });
  return client((await answer.json()).AuthenticationResult.IdToken);
}

// New frames, in place of a camera's: for `SESSION=id`, or for `STEPS=neutral,smile`.
export function drawn(what: string) {
  const told = ["-s", "frames", what, `ENDPOINT=${STACK.endpoint}`];
  const printed = execFileSync("make", told, {cwd: ROOT, encoding: "utf-8"});
  return printed.trim().split("\n").map((path) => new Uint8Array(readFileSync(resolve(ROOT, path))));
}

// Send a photo to its slot: a form for S3, without Authorization, the file last.
export async function upload(slot: Schemas["UploadForm"], photo: Uint8Array<ArrayBuffer> | string) {
  const form = new FormData();
  for (const [name, value] of Object.entries(slot.fields)) form.append(name, value);
  form.append("file", new Blob([photo]));
  const answer = await fetch(slot.url, {method: "POST", body: form});
  if (!answer.ok) throw new Error(`S3 answered ${answer.status}: ${await answer.text()}`);
}
