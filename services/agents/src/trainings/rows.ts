import { DomainError } from '@drippulse/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';

/** The kind of training jobs. */
export const trainingJobs = 'train';

/** A training with its job, and with the model that it made. */
export type TrainingRow = {
  id: bigint;
  organization_id: bigint;
  agent_id: bigint;
  mode: string;
  subject: string;
  created_at: Date;
  status: string;
  processed: bigint;
  total: bigint;
  error: string | null;
  finished_at: Date | null;
  cursor: string | null;
  model_version: number | null;
};

type Place = { organizationId: bigint; agentId: bigint };

/** Selects the trainings of an agent. */
export function selectTrainings(db: Kysely<DB>, { organizationId, agentId }: Place) {
  return db
    .selectFrom('trainings')
    .where('trainings.organization_id', '=', organizationId)
    .where('trainings.agent_id', '=', agentId);
}

/** Reads trainings with the state of their jobs, newest first. */
export async function withJobs(db: Kysely<DB>, ids: readonly bigint[]): Promise<TrainingRow[]> {
  const { rows } = await sql<TrainingRow>`
    select trainings.*, jobs.status, jobs.processed, jobs.total, jobs.error, jobs.finished_at, jobs.cursor,
      models.version as model_version
    from trainings join jobs on jobs.id = trainings.id
    left join models on models.training_id = trainings.id
    where trainings.id = any(${ids}::bigint[]) order by trainings.id desc`.execute(db);
  return rows;
}

export async function findTraining(db: Kysely<DB>, place: Place & { id: bigint }): Promise<TrainingRow> {
  const known = await selectTrainings(db, place).select('id').where('id', '=', place.id).executeTakeFirst();
  const [row] = known === undefined ? [] : await withJobs(db, [known.id]);
  if (row === undefined) {
    throw new DomainError('not_found', 'agent_training_not_found', 'The agent has no training with this id.');
  }
  return row;
}

/** Refuses a second active training of an agent. The caller must have locked the agent. */
export async function requireNone(trx: Transaction<DB>, { organizationId, agentId }: Place): Promise<void> {
  const { rows } = await sql`
    select from trainings join jobs on jobs.id = trainings.id
    where trainings.organization_id = ${organizationId} and trainings.agent_id = ${agentId}
      and jobs.status in ('queued', 'running') limit 1`.execute(trx);
  if (rows.length === 0) return;
  const message = 'The agent is being trained. Wait for the training, or cancel it.';
  throw new DomainError('already_exists', 'agent_training_in_progress', message);
}

/** Deletes the records of an ended training. */
export async function forgetRecords(db: Kysely<DB>, trainingId: bigint): Promise<void> {
  await sql`delete from training_rows where training_id = ${trainingId}`.execute(db);
}
