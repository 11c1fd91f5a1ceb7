/** Returns the context to which the sealed secret of a factor is bound. */
export function mfaContext(identityId: bigint): string {
  return `mfa ${identityId}`;
}
