/** What the secret of a factor is sealed with beside the key. */
export function mfaContext(identityId: bigint): string {
  return `mfa ${identityId}`;
}
