import type { Context } from '../context.ts';

/** The organization and the contact that identify an erasure. */
export type ErasureKey = { organizationId: bigint; contactId: string };

/**
 * Seals the email addresses that the enrollment runtime must erase, because no event may contain them. The sealed
 * addresses are deleted when the runtime has finished, or when the transports no longer have the event that triggers
 * the erasure.
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
