import { DomainError } from '@drippulse/errors';
import { domainOf } from '@drippulse/http';
import type { Kysely } from 'kysely';
import type { Config } from '../../config.ts';
import type { DB } from '../../db/schema.ts';

type Settings = Pick<Config, 'anySender' | 'mailFrom'>;

/**
 * Returns the addresses from which an organization may not send. It may send from addresses of its verified domains,
 * and from the platform's own address.
 */
export async function unverifiedOf(
  db: Kysely<DB>,
  { anySender, mailFrom }: Settings,
  organizationId: bigint,
  addresses: readonly string[],
): Promise<string[]> {
  if (anySender) return [];
  const own = /<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom.trim();
  const others = addresses.filter((address) => address.toLowerCase() !== own.toLowerCase());
  if (others.length === 0) return [];
  const rows = await db
    .selectFrom('sending_domains')
    .select('domain')
    .where('organization_id', '=', organizationId)
    .where(
      'domain',
      'in',
      others.map((address) => domainOf(address) ?? ''),
    )
    .where('verified_at', 'is not', null)
    .execute();
  const verified = new Set(rows.map(({ domain }) => domain));
  return others.filter((address) => !verified.has(domainOf(address) ?? ''));
}

/** Refuses an address that the organization may not send from. */
export async function requireSender(
  db: Kysely<DB>,
  settings: Settings,
  { organizationId, address, field }: { organizationId: bigint; address: string; field: string },
): Promise<void> {
  if ((await unverifiedOf(db, settings, organizationId, [address])).length === 0) return;
  const message = `${address} is not at a domain that the organization has verified.`;
  throw new DomainError('invalid', 'sender_not_verified', message, {
    violations: [{ field, message: 'is not at a verified domain', code: 'not_allowed' }],
  });
}
