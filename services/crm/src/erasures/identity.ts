import type { Context } from '../context.ts';

/** By whom an erasure is known. */
export type ErasureKey = { organizationId: bigint; contactId: string };

/**
 * The addresses that enrollment-runtime looks for, as no event may carry them. Sealed, and dropped as soon as it is done,
 * or when the transports forget the event that would make it ask.
 */
export function sealIdentity({ sealer }: Context, { emails, ...key }: ErasureKey & { emails: string[] }): Buffer {
  return sealer.seal(Buffer.from(JSON.stringify(emails)), contextOf(key));
}

export function openIdentity({ sealer }: Context, key: ErasureKey, sealed: Buffer): string[] {
  return JSON.parse(sealer.open(sealed, contextOf(key)).toString());
}

function contextOf({ organizationId, contactId }: ErasureKey): string {
  return `erasure:${organizationId}:${contactId}`;
}
