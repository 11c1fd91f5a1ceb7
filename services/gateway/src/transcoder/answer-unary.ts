import type { ServerResponse } from 'node:http';
import { endWith, isBodiless, setHead } from './reply.ts';
import { jsonBodyOf, rawBodyOf, rowOf } from './reply-body.ts';
import type { Route } from './routes.ts';

/** Answers with one message: its row, the whole of it, or the raw bytes it carries. */
export function answerUnary(response: ServerResponse, route: Route, metadata: Headers, message: unknown): void {
  setHead(response, route, metadata, rowOf(route, message));
  const raw = rawBodyOf(route, message);
  if (raw !== undefined) {
    if (raw.contentType !== '') response.setHeader('content-type', raw.contentType);
    endWith(response, raw.data);
    return;
  }
  endWith(response, isBodiless(response) ? '' : jsonBodyOf(route, message));
}
