import { isApiKeyText } from './api-key.ts';

/** Three parts of base64url: header, claims and signature (RFC 7515, compact serialization). */
const signedToken = /^[\w-]{1,512}\.[\w-]{1,2048}\.[\w-]{1,1024}$/;

/** Whether a text has the form of an API key or of a session token. Any other text belongs to nobody. */
export function isCredentialText(text: string): boolean {
  return isApiKeyText(text) || signedToken.test(text);
}
