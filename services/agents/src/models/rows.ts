import { DomainError } from '@drippulse/errors';
import type { Kysely, Selectable } from 'kysely';
import type { DB, Models } from '../db/schema.ts';

export type ModelRow = Selectable<Models>;

/** The version number that means the rules of the configuration. */
export const rulesVersion = 0;

type Place = { organizationId: bigint; agentId: bigint };

/** Selects the models of an agent. */
export function selectModels(db: Kysely<DB>, { organizationId, agentId }: Place) {
  return db.selectFrom('models').where('organization_id', '=', organizationId).where('agent_id', '=', agentId);
}

export async function findModel(db: Kysely<DB>, place: Place & { version: number }): Promise<ModelRow> {
  const row = await selectModels(db, place).selectAll().where('version', '=', place.version).executeTakeFirst();
  if (row === undefined) {
    throw new DomainError('not_found', 'agent_model_not_found', 'The agent has no model of this version.');
  }
  return row;
}
