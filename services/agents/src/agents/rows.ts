import { DomainError } from '@drippulse/errors';
import { type Caller, type Mode, modeOf } from '@drippulse/rpc';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Agents, DB } from '../db/schema.ts';

export type AgentRow = Selectable<Agents>;

/** Selects the agents of an organization that are not deleted. */
export function selectAgents(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('agents').where('organization_id', '=', organizationId).where('deleted_at', 'is', null);
}

export async function findAgent(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<AgentRow> {
  const row = await selectAgents(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw agentNotFound();
  return row;
}

/** Finds an agent of the organization, and locks its row. */
export async function lockAgent(trx: Transaction<DB>, organizationId: bigint, id: bigint): Promise<AgentRow> {
  const row = await selectAgents(trx, organizationId).selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (row === undefined) throw agentNotFound();
  return row;
}

/** Finds the mode of an agent of the caller's organization; undefined if no agent has this id. */
export async function findAgentMode(
  db: Kysely<DB>,
  { organizationId }: Caller,
  id: unknown,
): Promise<Mode | undefined> {
  const row = await selectAgents(db, organizationId)
    .select('mode')
    .where('id', '=', id as bigint) // the path parameter is a bigint
    .executeTakeFirst();
  return row && modeOf(row.mode);
}

export function agentNotFound(): DomainError {
  return new DomainError('not_found', 'agent_not_found', 'There is no agent with this id.');
}
