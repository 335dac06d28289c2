// What tsc knows of the pages' calls: each path and method of the API's description, what is sent there and answered.
// `make clients` checks every script by it; browsers get none of this.
import type {paths} from "lifecert-schema";

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Empty<Place> = Place extends `{${string}}` ? true : false;

// Whether a path as a script writes it (`staff/reviews/${id}/claim`) is one of the description ("staff/reviews/{id}/claim").
// The last part may end in a query.
type Fits<Path, Known> = Known extends `${infer Part}/${infer Parts}`
  ? Path extends `${infer Own}/${infer Owns}` ? (Empty<Part> extends true ? Fits<Owns, Parts> : Own extends Part ? Fits<Owns, Parts> : false) : false
  : Path extends `${string}/${string}` ? false : Empty<Known> extends true ? true : Path extends `${Known & string}${string}` ? true : false;

type Routes<M extends Method, P> = {
  [K in keyof paths]: K extends `/${infer Known}` ? (Fits<P, Known> extends true ? (paths[K] extends Record<Lowercase<M>, {responses: any}> ? K : never) : never) : never;
}[keyof paths];
type Operation<M extends Method, P> = {[K in Routes<M, P>]: paths[K] extends Record<Lowercase<M>, infer O> ? O : never}[Routes<M, P>];
type Json<T> = T extends {content: {"application/json": infer Body}} ? Body : undefined;

// Codes come out of what was chosen in a form: which there are is for a test to compare (tests/unit/http/test_desk_files.py).
type Loose<T> = T extends string ? string : T extends object ? {[K in keyof T]: Loose<T[K]>} : T;
type Sent<M extends Method, P> = Operation<M, P> extends {requestBody?: infer R} ? Loose<Json<NonNullable<R>>> : undefined;
type Answer<M extends Method, P> = Operation<M, P> extends {responses: infer R} ? Json<R[keyof R & (200 | 201 | 202)]> : never;
// What stands behind the path of a call; where the description has no such route, something that nobody can give.
type More<M extends Method, P, Rest extends any[]> = [Routes<M, P>] extends [never] ? [unknownRoute: never] : Rest;

export type Options = {
  body?: unknown,
  headers?: Record<string, string>,
  language?: string,
  tries?: number,
  patience?: number,
  onWait?: (() => void) | null,
};

// A call of the API, or of an issuer, of which nothing is described.
export type Call = <M extends Method, P extends string>(method: M, path: P, options?: Options) =>
  Promise<[Routes<M, P>] extends [never] ? any : Answer<M, P>>;
// A call of the API alone: a path that is not described, or content that it does not take, is wrong.
export type Ask = <M extends Method, P extends string>(
  method: M, path: P, ...more: More<M, P, [body?: Sent<M, P>, options?: {key?: string, tries?: number}]>
) => Promise<Answer<M, P>>;
export type AskAll = <P extends string, N extends keyof Answer<"GET", P>>(
  path: P, name: N, ...more: More<"GET", P, [most?: number]>
) => Promise<{first: Answer<"GET", P>, items: Answer<"GET", P>[N] & any[], more: boolean}>;

// A form for one call: as a call itself is checked.
export type Acting = <P extends string, M extends Method = "POST">(
  name: string, fields: any[], label: string, path: P, bodyOf: (values: any) => Sent<M, P> | Promise<Sent<M, P>>,
  options: {id: string, effects?: (values: any) => string[], method?: M, keyed?: boolean, then?: (answer: Answer<M, P>) => any},
  ...more: More<M, P, []>
) => HTMLElement;

export type El = <K extends string>(tag: K, attributes?: Record<string, any> | null, ...children: any[]) =>
  K extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[K] : HTMLElement;

declare global {
  // Of whatever was found in a page: which kind of element it is knows the script alone.
  interface Element extends HTMLOrSVGElement {
    checked: any;
    files: any;
    hidden: any;
    value: any;
  }
  interface EventTarget {
    files: any;
    matches: any;
  }
  // What only some browsers have.
  interface Window {
    FaceDetector?: any;
    webkitAudioContext?: typeof AudioContext;
  }
}
