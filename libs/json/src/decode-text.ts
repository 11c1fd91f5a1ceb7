import { DomainError } from '@drippulse/errors';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a JSON body. If the body was received as bytes, also these bytes, without a byte order mark. */
export type Source = { text: string; bytes?: Uint8Array };

/** Returns the text of a JSON body and its bytes. Refuses the bodies that `decodeText` refuses. */
export function decodeSource(body: string | Uint8Array): Source {
  const text = decodeText(body);
  if (typeof body === 'string') return { text };
  const hasMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return { text, bytes: hasMark ? body.subarray(3) : body };
}

/** Returns the text of a JSON body. Refuses bytes that are not UTF-8, and strings that have no UTF-8 form. */
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
