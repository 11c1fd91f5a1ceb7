import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers GET and HEAD of one path, with `endWith` of the transcoder. */
export type Page = (request: IncomingMessage, response: ServerResponse) => void;

/** Pages by their path: lower case, without a slash at the end. */
export type Pages = ReadonlyMap<string, Page>;

/** The key of a path in `Pages`: the case of letters and one slash at the end do not matter. */
export function pageKey(path: string): string {
  return path.replace(/(.)\/$/, '$1').toLowerCase();
}
