import type { IncomingMessage, ServerResponse } from 'node:http';

/** Responds to GET and HEAD of one path, with `endWith` of the transcoder. */
export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** Pages by path: lower case, without a trailing slash. */
export type Pages = ReadonlyMap<string, Page>;

/** Returns the key of a path in `Pages`. Case and one trailing slash are ignored. */
export function pageKey(path: string): string {
  return path.replace(/(.)\/$/, '$1').toLowerCase();
}
