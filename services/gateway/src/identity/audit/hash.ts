import { createHash } from 'node:crypto';

/** The members of a row that the row's hash covers. */
export type HashedRow = {
  number: bigint;
  event_id: string;
  name: string;
  resource_id: string | null;
  actor_type: string;
  actor_id: string;
  actor_name: string | null;
  before: string | null;
  after: string | null;
  request_id: string | null;
  address: string | null;
  created_at: Date;
};

/**
 * Returns the SHA-256 hash, in hexadecimal, of the row together with the hash of the previous row. An altered or
 * missing row breaks the chain.
 */
export function hashOfRow(previous: string, organizationId: bigint, row: HashedRow): string {
  const members = [
    previous,
    String(organizationId),
    String(row.number),
    row.event_id,
    row.name,
    row.resource_id,
    row.actor_type,
    row.actor_id,
    row.actor_name,
    row.before,
    row.after,
    row.request_id,
    row.address,
    row.created_at.toISOString(),
  ];
  return createHash('sha256').update(JSON.stringify(members)).digest('hex');
}
