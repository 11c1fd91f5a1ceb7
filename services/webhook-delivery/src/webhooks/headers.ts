import type { Sealer } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';

const maxHeaders = 20;
const maxValueLength = 1024;
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// RFC 9110, 5.5, without obs-text: no character that could end the line.
const fieldValue = /^[\t\x20-\x7e]*$/;
/** Headers of the message, the connection and the signature. A customer's header must not change what a receiver verifies. */
const reserved =
  /^(content-.*|webhook-.*|drippulse-chain|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect)$/;
const credential = /auth|token|key|secret|cookie|password|signature/;

/** Shown instead of a credential. In a request it means "keep the stored value". */
const mask = '***';

export type Headers = Record<string, string>;

/** Headers with names in lower case. Refuses invalid headers and reserved names. */
export function readHeaders(given: Headers): Headers {
  const headers: Headers = {};
  for (const [written, value] of Object.entries(given)) {
    const name = written.toLowerCase();
    if (!token.test(name) || name.length > 100) throw refusal(written, 'is not a header name');
    if (reserved.test(name)) throw refusal(written, 'can not be set: it belongs to the delivery itself');
    if (Object.hasOwn(headers, name)) throw refusal(written, 'is given twice');
    if (!fieldValue.test(value) || value.length > maxValueLength) {
      throw refusal(written, `must be at most ${maxValueLength} printable ASCII characters`);
    }
    headers[name] = value.trim();
  }
  if (Object.keys(headers).length > maxHeaders) {
    const message = `at most ${maxHeaders} headers may be given`;
    throw new DomainError('invalid', 'invalid_headers', message, { violations: [{ field: 'headers', message }] });
  }
  return headers;
}

/** Headers in the form that people see, with credentials masked. */
export function maskHeaders(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, credential.test(name) ? mask : value]),
  );
}

/** Replaces each masked value by the stored one. */
export function unmaskHeaders(given: Headers, stored: Headers): Headers {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (value !== mask || !credential.test(name)) return [name, value];
      const known = stored[name];
      if (known === undefined) throw refusal(name, 'has a masked value, and none is stored');
      return [name, known];
    }),
  );
}

export function sealHeaders(sealer: Sealer, webhookId: bigint, headers: Headers): Buffer | null {
  if (Object.keys(headers).length === 0) return null;
  return sealer.seal(Buffer.from(JSON.stringify(headers)), context(webhookId));
}

export function openHeaders(sealer: Sealer, webhookId: bigint, sealed: Buffer | null): Headers {
  return sealed === null ? {} : JSON.parse(sealer.open(sealed, context(webhookId)).toString());
}

function context(webhookId: bigint): string {
  return `webhook headers:${webhookId}`;
}

function refusal(name: string, problem: string): DomainError {
  const violations = [{ field: `headers.${name}`, message: problem }];
  return new DomainError('invalid', 'invalid_headers', `header ${name} ${problem}`, { violations });
}
