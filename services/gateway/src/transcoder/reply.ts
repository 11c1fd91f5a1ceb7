import type { ServerResponse } from 'node:http';
import type { DescField } from '@bufbuild/protobuf';
import { preferenceApplied, withApplied } from './handling.ts';
import type { Route } from './routes.ts';
import { writeOut } from './write-out.ts';

const jsonContentType = 'application/json; charset=utf-8';

/** Metadata that every method may return. */
const alwaysAllowed = ['location', 'idempotent-replayed'];

/**
 * Sets status and headers of a success from the metadata of the reply: `x-http-status` overrides the method's status,
 * and the headers of an allow-list are passed on. The Location template is filled from `row`.
 */
export function setHead(response: ServerResponse, route: Route, metadata: Headers, row?: unknown): void {
  const override = Number(metadata.get('x-http-status'));
  response.statusCode = override >= 200 && override <= 599 ? override : route.rest.successStatus || 200;
  response.setHeader('cache-control', 'no-store');
  if (!isBodiless(response)) response.setHeader('content-type', jsonContentType);
  if (route.rest.location !== '' && row !== undefined) {
    response.setHeader('location', fillTemplate(route, row));
  }
  for (const name of [...alwaysAllowed, ...route.rest.responseHeaders]) {
    const value = name === 'set-cookie' ? someOf(metadata.getSetCookie()) : metadata.get(name);
    if (value === null) continue;
    if (typeof value !== 'string') response.setHeader(name, value);
    else response.setHeader(name, name === preferenceApplied ? withApplied(response, value) : value);
  }
}

/** Returns the cookies, or null if there are none. Cookies stay separate, because their values contain commas. */
function someOf(cookies: string[]): string[] | null {
  return cookies.length === 0 ? null : cookies;
}

/** Whether HTTP sends no body with the response. */
export function isBodiless(response: ServerResponse): boolean {
  return response.statusCode === 204 || response.statusCode === 304;
}

/** Sends a whole body; for HEAD only its headers. A large body is written at the client's pace. */
export async function sendBody(response: ServerResponse, body: readonly Uint8Array[]): Promise<void> {
  const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (!isBodiless(response)) response.setHeader('content-length', length);
  if (!isBodiless(response) && response.req.method !== 'HEAD') await writeOut(response, body);
  response.end();
}

/** Sends a body that is small enough to be written in one piece; for HEAD only its headers. */
export function endWith(response: ServerResponse, body: string | Uint8Array): void {
  if (isBodiless(response)) {
    response.end();
    return;
  }
  response.setHeader('content-length', typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
  response.end(body);
}

function fillTemplate({ rest, method, responseField }: Route, row: unknown): string {
  const fields: readonly DescField[] = responseField?.message?.fields ?? method.output.fields;
  const members = row as Record<string, unknown>; // a message, whose members are named by its descriptor
  return rest.location.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`${method.toString()}: the answer has no field ${name} for Location`);
    return encodeURIComponent(String(members[field.localName]));
  });
}
