import { encodeField, encodeJson } from '@drippulse/json';
import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';
import { answersRaw, type Route } from './routes.ts';

/** The one row that answers, or the whole response message. */
export function rowOf(route: Route, message: unknown): unknown {
  // A message of the method's output: the field is its member.
  return route.responseField === undefined
    ? message
    : (message as Record<string, unknown>)[route.responseField.localName];
}

/** Raw bytes of a response that carries them; undefined when it answers JSON. */
export function rawBodyOf(route: Route, message: unknown): HttpBody | undefined {
  return answersRaw(route) ? (rowOf(route, message) as HttpBody | undefined) : undefined;
}

export function jsonBodyOf(route: Route, message: unknown): string {
  return route.responseField === undefined
    ? encodeJson(route.method.output, message as never) // a message of this descriptor
    : encodeField(route.responseField, message);
}
