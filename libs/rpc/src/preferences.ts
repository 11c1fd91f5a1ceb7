import type { HandlerContext } from '@connectrpc/connect';

/**
 * The preferences of a request by their lower-case names (RFC 7240). A preference without a value has an empty string.
 */
type Preferences = ReadonlyMap<string, string>;

const none: Preferences = new Map();

/**
 * Reads a `Prefer` header. If a preference is repeated, the first one is used, as the standard requires. Parameters of
 * preferences, and malformed parts, are ignored: a preference is only a wish, so it never causes an error.
 */
export function readPreferences(header: string | undefined): Preferences {
  if (header === undefined) return none;
  const preferences = new Map<string, string>();
  for (const text of partsOf(header)) {
    const [, name, quoted, bare = ''] = preference.exec(text) ?? [];
    if (name === undefined || preferences.has(name.toLowerCase())) continue;
    preferences.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return preferences;
}

/** Whether a call prefers a response before its work is done. */
export function prefersAsync(call: Pick<HandlerContext, 'requestHeader'>): boolean {
  return readPreferences(call.requestHeader.get('prefer') ?? undefined).has('respond-async');
}

/** The metadata in which the gateway sends a service the preference `handling=strict` of a request. */
export const strictMetadata = 'x-handling';

/** Whether a call prefers that unknown members are refused. */
export function isStrict(call: Pick<HandlerContext, 'requestHeader'>): boolean {
  return call.requestHeader.get(strictMetadata) === 'strict';
}

const preference = /^\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]*)))?\s*(?:;|$)/;

/** Splits the header at its commas, except commas within quotes. */
function* partsOf(header: string): Generator<string> {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < header.length; at++) {
    const character = header[at];
    if (character === '\\' && isQuoted) at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ',' && !isQuoted) {
      yield header.slice(start, at);
      start = at + 1;
    }
  }
  yield header.slice(start);
}
