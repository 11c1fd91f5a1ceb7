import { DomainError } from '@drippulse/errors';
import { type LockRevision, lockRevision } from '@drippulse/writes';
import { type Kysely, sql, type Transaction } from 'kysely';
import { lockEndpoints } from '../db/locks.ts';
import type { DB } from '../db/schema.ts';

/** A webhook with the time of the last successful delivery to it. */
export type WebhookRow = Awaited<ReturnType<typeof findWebhook>>;

/** Selects webhooks that were not removed. The caller adds scope and order. */
export function selectWebhooks(db: Kysely<DB>) {
  return db
    .selectFrom('webhooks')
    .innerJoin('endpoints', 'endpoints.webhook_id', 'webhooks.id')
    .selectAll('webhooks')
    .select('endpoints.last_success_at')
    .where('webhooks.deleted_at', 'is', null);
}

/** Finds a webhook of the organization. A webhook of another organization is reported as missing. */
export async function findWebhook(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  const row = await selectWebhooks(db)
    .where('webhooks.organization_id', '=', organizationId)
    .where('webhooks.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new DomainError('not_found', 'webhook_not_found', 'There is no webhook with this id.');
  return row;
}

/**
 * Finds the webhook and locks it, with its endpoint, until the transaction ends. The lock of the webhook row keeps
 * fan-out from making deliveries for it.
 */
export async function lockWebhook(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<WebhookRow> {
  await findWebhook(trx, organizationId, id);
  await lockEndpoints(trx, [id]);
  await sql`select from webhooks where id = ${id} for update`.execute(trx);
  return findWebhook(trx, organizationId, id);
}

/** Locks the webhook and returns its revision, which is compared with `If-Match`. */
export const lockWebhookRevision: LockRevision<DB> = async (trx, caller, id) => {
  const { rows } = await sql<{ id: bigint }>`
    select id from webhooks where organization_id = ${caller.organizationId} and id = ${id}`.execute(trx);
  await lockEndpoints(
    trx,
    rows.map((row) => row.id),
  );
  return lockRevision<DB>('webhooks')(trx, caller, id);
};
