import type { LockRevision } from '@drippulse/writes';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { AgentBudgets, DB, SpendWindows } from '../db/schema.ts';
import type { Budgets } from './budgets.ts';
import type { Scope } from './windows.ts';
import { planKey } from './windows.ts';

export type BudgetsRow = Selectable<AgentBudgets>;
export type WindowRow = Selectable<SpendWindows>;

/** Locks the limits of an organization. Creates the row if the organization has set no limits. */
export async function lockBudgets(trx: Transaction<DB>, organizationId: bigint): Promise<BudgetsRow> {
  await sql`
    insert into agent_budgets (organization_id, updated_at) values (${organizationId}, clock_timestamp())
    on conflict (organization_id) do nothing`.execute(trx);
  return trx
    .selectFrom('agent_budgets')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

/** Locks the limits of an organization, and returns their revision for `If-Match`. */
export const lockBudgetsRevision: LockRevision<DB> = async (trx, { organizationId }) =>
  (await lockBudgets(trx, organizationId)).revision;

/** Finds the current windows of an organization and of an agent. A window without calls is not in the result. */
export async function findWindows(
  db: Kysely<DB>,
  organizationId: bigint,
  { day, month, planMonth }: Budgets,
  agentId?: bigint,
): Promise<{ scope: Scope; row: WindowRow }[]> {
  const keys = new Map<string, Scope>([
    ...(agentId === undefined ? [] : [[`agent:${agentId}:${day.start.toISOString()}`, 'agent_day'] as const]),
    [`organization:${organizationId}:day:${day.start.toISOString()}`, 'organization_day'],
    [`organization:${organizationId}:month:${month.start.toISOString()}`, 'organization_month'],
    [planKey(organizationId, planMonth.start), 'plan'],
  ]);
  const rows = await db
    .selectFrom('spend_windows')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('key', 'in', [...keys.keys()])
    .orderBy('key')
    .execute();
  return rows.map((row) => ({ scope: keys.get(row.key) ?? 'organization_day', row }));
}
