import type { LockRevision } from '@drippulse/writes';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DB, SendingRules } from '../../db/schema.ts';

export type RulesRow = Selectable<SendingRules>;

/** Finds the rules of an organization; undefined if the organization has never set a rule. */
export async function findRules(db: Kysely<DB>, organizationId: bigint): Promise<RulesRow | undefined> {
  return db.selectFrom('sending_rules').selectAll().where('organization_id', '=', organizationId).executeTakeFirst();
}

/** Locks the rules of an organization. Creates the row if there is none. */
export async function lockRules(trx: Transaction<DB>, organizationId: bigint): Promise<RulesRow> {
  const own = { organization_id: organizationId, rules: '{}' };
  await trx
    .insertInto('sending_rules')
    .values(own)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return trx
    .selectFrom('sending_rules')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Locks the rules and returns their revision, which is compared with `If-Match`. */
export const lockRulesRevision: LockRevision<DB> = async (trx, { organizationId }) =>
  (await lockRules(trx, organizationId)).revision;
