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

/** The request message of a method that takes one: from the path and its JSON or raw body, or the query. */
export async function decodeRequest(
  request: IncomingMessage,
  route: Route,
  path: Record<string, string>,
  { idleTimeoutMs, held }: { idleTimeoutMs: number; held: Held },
): Promise<Message> {
  const method = request.method ?? '';
  if (!route.hasBody) return decodeParameters(request, route, path);
  const limits = { maxBytes: maxBytes(route), idleTimeoutMs };
  const body = hasBody(request) ? await readBody(request, limits, held) : Buffer.of();
  if (route.bodyField === undefined) {
    return decodeJsonInTurns(route.method.input, body, { wrapper: route.rest.wrapper, method, path });
  }
  const contentType = request.headers['content-type'] ?? '';
  return Object.assign(decodeParameters(request, route, path), {
    [route.bodyField.localName]: create(HttpBodySchema, { contentType, data: body }),
  });
}

/** The fields of a request message that path and query give. */
export function decodeParameters(request: IncomingMessage, route: Route, path: Record<string, string>): Message {
  const [, search = ''] = /\?(.*)$/s.exec(request.url ?? '') ?? [];
  return decodeJson(route.method.input, '', {
    method: request.method ?? '',
    path,
    query: new URLSearchParams(search),
  });
}

function maxBytes({ rest }: Route): number {
  return Number(rest.maxBodyBytes) || defaultMaxBytes;
}
