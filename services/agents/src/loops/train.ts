import { type JobRow, startJobLoop } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type Loop, startLoop } from '@drippulse/loops';
import { waitIfSuspended } from '@drippulse/service';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { fitModel } from '../trainings/fit-model.ts';
import { readPlace } from '../trainings/place.ts';
import { readRecords } from '../trainings/read-records.ts';
import { trainingJobs } from '../trainings/rows.ts';

const input = z.object({ agent_id: z.string(), mode: z.string(), subject: z.string() });
const hourMs = 3_600_000;

/** Trains scorers, one slice at a time. Organizations take turns. */
export function startTraining(ctx: Context): Loop {
  return startJobLoop({
    db: ctx.db,
    kind: trainingJobs,
    log: ctx.log,
    leaseSeconds: ctx.config.leaseMs / 1_000,
    async slice(job) {
      const waiting = await waitIfSuspended(ctx.db, job);
      if (waiting !== undefined) return waiting;
      const place = readPlace(job.cursor);
      const task = await readTask(ctx, job);
      return place.phase === 'read' ? readRecords(ctx, job, task, place) : fitModel(ctx, job, task, place);
    },
    onCommitted: () => undefined,
  });
}

async function readTask({ db }: Context, job: JobRow) {
  const { agent_id: id, mode, subject } = input.parse(JSON.parse(job.input));
  const agent = await db.kysely
    .selectFrom('agents')
    .select('id')
    .where('organization_id', '=', job.organization_id)
    .where('id', '=', BigInt(id))
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (agent === undefined) throw new DomainError('failed_precondition', 'agent_not_found', 'The agent is deleted.');
  return { agentId: agent.id, mode, subject };
}

/** Deletes the records of failed trainings. Completed and cancelled trainings have deleted theirs. */
export function startForgetTrainingRecords(ctx: Context): Loop {
  return startLoop({
    name: 'forget records of trainings',
    log: ctx.log,
    maxIdleMs: hourMs,
    async run() {
      await sql`
        delete from training_rows where training_id in (
          select id from jobs where kind = ${trainingJobs} and status not in ('queued', 'running')
            and exists (select from training_rows where training_id = jobs.id))`.execute(ctx.db.kysely);
      return hourMs;
    },
  });
}
