/** Context that the secret of a factor is sealed with, in addition to the key. */
export function mfaContext(identityId: bigint): string {
  return `mfa ${identityId}`;
}
