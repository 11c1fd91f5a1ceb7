import type { IncomingMessage, ServerResponse } from 'node:http';
import { readPreferences } from '@drippulse/rpc';

/** Reads whether a request prefers `handling=strict` (RFC 7240, 4.4), and confirms the preference in the response. */
export function readHandling(request: IncomingMessage, response: ServerResponse): boolean {
  const { prefer } = request.headers;
  if (prefer === undefined) return false;
  const isStrict = readPreferences(String(prefer)).get('handling')?.toLowerCase() === 'strict';
  if (isStrict) response.setHeader(preferenceApplied, strict);
  return isStrict;
}

/** Returns the value of `Preference-Applied`, including the preferences that the service applied. */
export function withApplied(response: ServerResponse, value: string): string {
  const applied = response.getHeader(preferenceApplied);
  return applied === undefined ? value : `${String(applied)}, ${value}`;
}

export const preferenceApplied = 'preference-applied';
const strict = 'handling=strict';
