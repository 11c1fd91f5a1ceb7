import type { IncomingMessage } from 'node:http';
import { create, type Message } from '@bufbuild/protobuf';
import { decodeJson, decodeJsonInTurns } from '@drippulse/json';
import type { Held } from '@drippulse/loops';
import { Body } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { HttpBodySchema } from '@drippulse/proto/google/api/httpbody_pb';
import { checkJsonContentType } from './content-type.ts';
import { checkBodySize, checkContentEncoding, hasBody, readBody } from './read-body.ts';
import type { Route } from './routes.ts';

const defaultMaxBytes = 1 << 20;

/** Refuses a body by its headers: size first, then encoding and content type. */
export function checkBodyHeaders(request: IncomingMessage, route: Route): void {
  if (!route.hasBody) return;
  if (route.rest.body !== Body.STREAM) checkBodySize(request, maxBytes(route));
  if (hasBody(request)) checkContentEncoding(request);
  if (route.bodyField === undefined) checkJsonContentType(request, route);
}

/**
 * The options of decoding a request: the parameters of its path, and whether members that the route does not know are
 * refused.
 */
export type Decoding = { path: Record<string, string>; isStrict: boolean };

/** Decodes the request message: from the path and the JSON or raw body, or from the path and the query. */
export async function decodeRequest(
  request: IncomingMessage,
  route: Route,
  decoding: Decoding,
  { idleTimeoutMs, held }: { idleTimeoutMs: number; held: Held },
): Promise<Message> {
  const method = request.method ?? '';
  if (!route.hasBody) return decodeParameters(request, route, decoding);
  const limits = { maxBytes: maxBytes(route), idleTimeoutMs };
  const body = hasBody(request) ? await readBody(request, limits, held) : Buffer.of();
  if (route.bodyField === undefined) {
    const { path, isStrict } = decoding;
    const query = queryOf(request);
    const strict = isStrict ? { query } : undefined;
    const { wrapper } = route.rest;
    return decodeJsonInTurns(route.method.input, body, { wrapper, method, path, query, bodyIsMessage: true, strict });
  }
  const contentType = request.headers['content-type'] ?? '';
  return Object.assign(decodeParameters(request, route, decoding), {
    [route.bodyField.localName]: create(HttpBodySchema, { contentType, data: body }),
  });
}

/** Decodes the fields of a request message from path and query. */
export function decodeParameters(request: IncomingMessage, route: Route, { path, isStrict }: Decoding): Message {
  const query = queryOf(request);
  const strict = isStrict ? { query } : undefined;
  return decodeJson(route.method.input, '', { method: request.method ?? '', path, query, strict });
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const [, search = ''] = /\?(.*)$/s.exec(request.url ?? '') ?? [];
  return new URLSearchParams(search);
}

function maxBytes({ rest }: Route): number {
  return Number(rest.maxBodyBytes) || defaultMaxBytes;
}
