import { DomainError } from '@drippulse/runtime';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a JSON body; refuses bytes that are no UTF-8 and strings that could not have been. */
export function decodeText(body: string | Uint8Array): string {
  if (typeof body === 'string') {
    if (!body.isWellFormed()) throw notUtf8();
    return body;
  }
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function notUtf8(cause?: unknown): DomainError {
  return new DomainError('malformed', 'malformed_json', 'The body is not valid JSON: it is not UTF-8', { cause });
}
