import { DomainError } from '@drippulse/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** A webhook with when a delivery to it last succeeded. */
export type WebhookRow = Awaited<ReturnType<typeof findWebhook>>;

/** Webhooks that were not removed, still to be scoped and ordered. */
export function selectWebhooks(db: Kysely<DB>) {
  return db
    .selectFrom('webhooks')
    .innerJoin('endpoints', 'endpoints.webhook_id', 'webhooks.id')
    .selectAll('webhooks')
    .select('endpoints.last_success_at')
    .where('webhooks.deleted_at', 'is', null);
}

/** The webhook, if it is the organization's; one of another answers like one that does not exist. */
export async function findWebhook(db: Kysely<DB>, organizationId: bigint, id: bigint) {
  const row = await selectWebhooks(db)
    .where('webhooks.organization_id', '=', organizationId)
    .where('webhooks.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new DomainError('not_found', 'webhook_not_found', 'There is no webhook with this id.');
  return row;
}

/**
 * The webhook, held until the transaction ends. Its endpoint is locked first, as by whoever records results, so that the
 * two never wait for each other in a circle; the webhook itself too, so that no delivery is being made meanwhile.
 */
export async function lockWebhook(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<WebhookRow> {
  await findWebhook(trx, organizationId, id);
  await sql`select from endpoints where webhook_id = ${id} for update`.execute(trx);
  await sql`select from webhooks where id = ${id} for update`.execute(trx);
  return findWebhook(trx, organizationId, id);
}
