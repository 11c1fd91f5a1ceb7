import { isApiKeyText } from './api-key.ts';

/** Three base64url parts: header, claims and signature (RFC 7515, compact serialization). */
const signedToken = /^[\w-]{1,512}\.[\w-]{1,2048}\.[\w-]{1,1024}$/;

/** Whether a string has the form of an API key or of a session token. Any other string cannot be a credential. */
export function isCredentialText(text: string): boolean {
  return isApiKeyText(text) || signedToken.test(text);
}
