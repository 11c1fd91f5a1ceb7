import { setImmediate } from 'node:timers/promises';
import { type JobRow, keepJob, type WriteSlice } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import type { JsonObject } from '@drippulse/json';
import { type Kysely, sql, type Transaction } from 'kysely';
import { loadDefinition } from '../agents/definition.ts';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { storedObject } from '../json-objects.ts';
import { rulesVersion } from '../models/rows.ts';
import { scorerOfVersion } from '../models/scorers.ts';
import type { Report } from '../models/to-proto.ts';
import { createProfile } from '../scoring/candidates.ts';
import { type Factor, readScorer } from '../scoring/config.ts';
import type { Measured, Pieces } from '../scoring/fit-logistic.ts';
import type { Scored } from '../scoring/judge.ts';
import type { Scorer } from '../scoring/score.ts';
import { leastOfEach, measureWith, splitByTime, type Trained, train } from '../scoring/train.ts';
import type { TrainingPlace } from './place.ts';
import type { TrainingTask } from './read-records.ts';
import { forgetRecords } from './rows.ts';

const mostFactors = 60;
const rowsOfChunk = 200;

/**
 * Fits a model to the stored records, and stores the model. Yields between parts of the work. Records are read in
 * chunks, and twice, so that only the measured columns are in memory. The same records give the same model, so a
 * process that dies costs only time.
 */
export async function fitModel(
  ctx: Context,
  job: JobRow,
  { agentId }: TrainingTask,
  place: TrainingPlace,
): Promise<WriteSlice<DB>> {
  const { kysely } = ctx.db;
  const found = await keepJob(kysely, job, ctx.config.leaseMs / 1_000, async (lost) => {
    const definition = await loadDefinition(ctx, job.organization_id, agentId);
    const { agent, configuration } = definition;
    const own = readScorer(configuration, 'configuration');
    if ('violations' in own)
      throw new DomainError('failed_precondition', 'wrong_agent_type', 'The agent is not a scorer.');
    const inForceVersion = agent.model_version ?? rulesVersion;
    const inForce = await scorerOfVersion(kysely, definition, inForceVersion);
    const factors = await factorsOf(kysely, job, own.config.factors);
    const rows = await measureAll(kysely, job, { factors, inForce });
    const split = requireSplit(rows.measured);
    const { min_score_threshold: threshold } = own.config;
    const { measured, scored } = rows;
    const trained = await finished(train(factors, { measured, inForce: scored, threshold, split }), lost);
    return { trained, report: reportOf(trained, rows, inForceVersion) };
  });
  await ctx.fault?.('after-answer');
  return async (trx) => {
    await storeModel(trx, job, agentId, found);
    await forgetRecords(trx, job.id);
    return { cursor: JSON.stringify({ ...place, phase: 'fit' }), processed: fitWork, isFinished: true };
  };
}

/** Amount that the fitting adds to the progress of a training, which otherwise counts records. */
export const fitWork = 100;

async function factorsOf(db: Kysely<DB>, job: JobRow, own: readonly Factor[]): Promise<Factor[]> {
  const profile = createProfile();
  for await (const { fields } of records(db, job)) profile.add(fields);
  return profile.factors(own, mostFactors);
}

type MeasuredRows = { measured: Measured; scored: Scored[]; times: Date[] };

async function measureAll(
  db: Kysely<DB>,
  job: JobRow,
  { factors, inForce }: { factors: readonly Factor[]; inForce: Scorer },
): Promise<MeasuredRows> {
  const measure = measureWith(factors);
  const { count } = await db
    .selectFrom('training_rows')
    .select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('training_id', '=', job.id)
    .executeTakeFirstOrThrow();
  const [rows, columns] = [Number(count), factors.length];
  const values = new Float64Array(rows * columns);
  const won = new Uint8Array(rows);
  const [scored, times]: [Scored[], Date[]] = [[], []];
  for await (const record of records(db, job)) {
    // If an erasure has happened since the count, the slice will be repeated.
    if (times.length === rows) break;
    // Factors that depend on the current time use the record's time of creation instead.
    values.set(measure(record.fields, record.createdAt), times.length * columns);
    won[times.length] = Number(record.won);
    scored.push({ score: inForce(record.fields, record.createdAt).score, won: record.won });
    times.push(record.createdAt);
  }
  return { measured: { rows: times.length, columns, values, won: won.subarray(0, times.length) }, scored, times };
}

/** Reads the records of a training, oldest first, in chunks. */
async function* records(
  db: Kysely<DB>,
  { id }: JobRow,
): AsyncGenerator<{ fields: JsonObject; won: boolean; createdAt: Date }> {
  let after = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { rows } = await sql<{ record_id: string; place: string; created_at: Date; won: boolean; fields: string }>`
      select record_id, created_at::text as place, created_at, won, fields from training_rows
      where training_id = ${id} and (created_at, record_id) > (${after.at}::timestamptz, ${after.id}::uuid)
      order by created_at, record_id limit ${rowsOfChunk}`.execute(db);
    for (const row of rows) yield { fields: storedObject(row.fields), won: row.won, createdAt: row.created_at };
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsOfChunk) return;
    after = { at: last.place, id: last.record_id };
    await setImmediate();
  }
}

function requireSplit({ won }: Measured): number {
  const count = won.reduce((sum, value) => sum + value, 0);
  const split = Math.min(count, won.length - count) < leastOfEach ? undefined : splitByTime(won);
  if (split !== undefined) return split;
  const message =
    'There are too few records with one of the outcomes, or all of them are older than those with the other.';
  throw new DomainError('failed_precondition', 'too_few_outcomes', message);
}

/** Runs work to its end, and yields to the event loop between its parts. */
async function finished<T>(pieces: Pieces<T>, lost: AbortSignal): Promise<T> {
  for (;;) {
    lost.throwIfAborted();
    const step = pieces.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}

function reportOf(trained: Trained, { measured, times }: MeasuredRows, inForceVersion: number): Report {
  const { split, judged, judgedInForce, lambda, factors } = trained;
  const heldOut = measured.won.subarray(split);
  const timeAt = (index: number) => (times.at(index) ?? new Date(0)).toISOString();
  return {
    training_records: split,
    held_out_records: heldOut.length,
    held_out_won_share: heldOut.reduce((sum, value) => sum + value, 0) / Math.max(1, heldOut.length),
    ...{ records_from: timeAt(0), records_until: timeAt(-1), held_out_from: timeAt(split) },
    lambda,
    model: judged,
    in_force: judgedInForce,
    in_force_version: inForceVersion,
    weights: factors.map(({ name, weight, error }) => ({ name, weight, standard_error: error })),
  };
}

async function storeModel(
  trx: Transaction<DB>,
  job: JobRow,
  agentId: bigint,
  { trained: { base, factors }, report }: { trained: Trained; report: Report },
): Promise<void> {
  const configuration = { base, factors: factors.map(({ error: _, ...factor }) => factor) };
  // An agent has one training at a time, so the version number is free.
  await sql`
    insert into models (organization_id, agent_id, version, training_id, configuration, report, created_at)
    select ${job.organization_id}, ${agentId}, coalesce(max(version), 0) + 1, ${job.id}, ${JSON.stringify(configuration)},
      ${JSON.stringify(report)}, clock_timestamp()
    from models where organization_id = ${job.organization_id} and agent_id = ${agentId}`.execute(trx);
}
