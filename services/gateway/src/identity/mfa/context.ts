/** Returns the context with which the secret of a factor is sealed, in addition to the key. */
export function mfaContext(identityId: bigint): string {
  return `mfa ${identityId}`;
}
