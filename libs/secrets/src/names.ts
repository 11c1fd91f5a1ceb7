const inside =
  /auth(?!or(?!iz))|token|key(?!word|board)|secret|cookie|passw|passphrase|credential|signature|session|jwt|bearer|hmac/i;
const atEnd = /(?:^|[-_.])(?:sig|sid|pwd|pass|otp)$|^(?:code|pin)$/i;
/** Headers that describe, identify or sign a message, and give no access. Most requests have only such headers. */
const harmless = new Set([
  ...['content-type', 'accept', 'user-agent', 'idempotency-key'],
  ...['webhook-id', 'webhook-timestamp', 'webhook-signature', 'drippulse-chain'],
]);

/** Whether a header of this name never carries a credential, so that its value need not be searched. */
export function isHarmlessName(name: string): boolean {
  return harmless.has(name) || harmless.has(name.toLowerCase());
}

/** Whether a header or a query member with this name carries a credential. In case of doubt the result is true. */
export function isCredentialName(name: string): boolean {
  return inside.test(name) || atEnd.test(name);
}

const qualifier =
  'api|app|access|private|client|signing|secret|auth|account|encryption|master|shared|service|webhook|session|license';
/** Excludes tokens that mark a position in a list. They give no access, and a later step may need them. */
const notPosition = '(?<!(?:page|next|continuation|sync|cursor)[_-]?)';

/**
 * The end of a name whose value is a credential in any text, as the source of a regular expression. It matches fewer
 * names than `isCredentialName`, because in responses many members named `key` are not credentials.
 */
export const namedInText = [
  ...['authorization', 'cookie', 'pass(?:word|wd|phrase|code)', 'pwd', 'secret', 'credentials?', 'jwt'],
  ...['session[_-]?id', `(?:${qualifier})[_-]?(?:key|secret|token)`, `${notPosition}token`],
].join('|');
