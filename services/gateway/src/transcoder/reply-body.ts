import { encodeField, encodeFieldPieces, encodeJson, encodePieces } from '@drippulse/json';
import type { HttpBody } from '@drippulse/proto/google/api/httpbody_pb';
import { answersRaw, type Route } from './routes.ts';

/** Returns the row of the response, or the whole response message. */
export function rowOf(route: Route, message: unknown): unknown {
  // The message has the method's output type, so the response field is one of its members.
  return route.responseField === undefined
    ? message
    : (message as Record<string, unknown>)[route.responseField.localName];
}

/** Returns the raw bytes of a response; undefined if the response is sent as JSON. */
export function rawBodyOf(route: Route, message: unknown): HttpBody | undefined {
  return answersRaw(route) ? (rowOf(route, message) as HttpBody | undefined) : undefined;
}

/** Returns the JSON of a response in pieces, or in one piece if it contains no list. */
export function* jsonPiecesOf({ method, responseField, hasList }: Route, message: unknown): Generator<string> {
  const whole = message as never; // a message of this descriptor
  if (responseField === undefined)
    yield* hasList ? encodePieces(method.output, whole) : [encodeJson(method.output, whole)];
  else yield* hasList ? encodeFieldPieces(responseField, message) : [encodeField(responseField, message)];
}
