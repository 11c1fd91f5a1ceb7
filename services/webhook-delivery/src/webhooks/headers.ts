import { DomainError, type Violation, type ViolationCode } from '@drippulse/errors';

const maxHeaders = 20;
const maxValueLength = 1024;
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
// RFC 9110, 5.5, without obs-text: no character that could end the line.
const fieldValue = /^[\t\x20-\x7e]*$/;
/**
 * Names of reserved headers: those of the message, the connection and the signature. A customer's header must not
 * change the values that a receiver verifies.
 */
const reserved =
  /^(content-.*|webhook-.*|drippulse-chain|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect)$/;

export type Headers = Record<string, string>;

/** Reads headers, with names in lower case. Refuses invalid headers and reserved names. */
export function readHeaders(given: Headers): Headers {
  const headers: Headers = {};
  for (const [written, value] of Object.entries(given)) {
    const name = written.toLowerCase();
    if (!token.test(name) || name.length > 100) throw refusal(written, 'is not a header name', 'format');
    if (reserved.test(name)) throw refusal(written, 'cannot be set: it belongs to the delivery itself', 'not_allowed');
    if (Object.hasOwn(headers, name)) throw refusal(written, 'is given twice', 'duplicate');
    if (!fieldValue.test(value) || value.length > maxValueLength) {
      throw refusal(written, `must be at most ${maxValueLength} printable ASCII characters`, 'format');
    }
    headers[name] = value.trim();
  }
  if (Object.keys(headers).length > maxHeaders) {
    const message = `at most ${maxHeaders} headers may be given`;
    throw new DomainError('invalid', 'invalid_headers', message, {
      violations: [{ field: 'headers', message, code: 'length' }],
    });
  }
  return headers;
}

function refusal(name: string, problem: string, code: ViolationCode): DomainError {
  const violations: Violation[] = [{ field: `headers.${name}`, message: problem, code }];
  return new DomainError('invalid', 'invalid_headers', `header ${name} ${problem}`, { violations });
}
