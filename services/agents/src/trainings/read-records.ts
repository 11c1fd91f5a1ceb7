import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { JobRow, JobSlice, WriteSlice } from '@drippulse/db';
import { type JsonValue, stringifyJson } from '@drippulse/json';
import { type CrmOutcome, CrmOutcomeSubject } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { type Caller, fromConnectError, modeOf } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { peopleIn } from '../executions/people.ts';
import { isJsonObject, storedObject } from '../json-objects.ts';
import type { TrainingPlace } from './place.ts';

/** Maximum number of records for a training, which reads the newest ones. */
export const mostRecords = 10_000;

const timeoutMs = 20_000;
/** Delay until the CRM is asked again after it was unavailable. */
const waitMs = 2_000;
/** Maximum length of a string. Longer strings cannot be factors, and would only use memory. */
const longestText = 120;

export type TrainingTask = { agentId: bigint; mode: string; subject: string };

/** Reads a page of ended records from the CRM. The records' fields are stored until the training ends. */
export async function readRecords(
  ctx: Context,
  job: JobRow,
  { subject, mode }: TrainingTask,
  place: TrainingPlace,
): Promise<WriteSlice<DB>> {
  const caller = callerOf(job.organization_id, mode);
  const request = { subject: subjectOf(subject), cursor: place.cursor };
  const page = await ctx.clients.outcomes(caller).listCrmOutcomes(request, { timeoutMs }).catch(unlessAway);
  if (page === undefined)
    return async () => ({ cursor: JSON.stringify(place), processed: 0, isFinished: false, waitMs });
  const { outcomes, nextCursor } = page;
  const taken = outcomes.slice(0, mostRecords - place.records);
  const records = place.records + taken.length;
  const isRead = nextCursor === '' || records >= mostRecords;
  return async (trx): Promise<JobSlice> => {
    await storeRecords(trx, job, taken);
    const next: TrainingPlace = { phase: isRead ? 'fit' : 'read', cursor: nextCursor, records };
    return { cursor: JSON.stringify(next), processed: taken.length, isFinished: false };
  };
}

/** Returns undefined if the CRM is unavailable, so that the training waits; rethrows other errors. */
function unlessAway(error: unknown): undefined {
  if (fromConnectError(error).kind !== 'unavailable') throw error;
}

export function subjectOf(subject: string): CrmOutcomeSubject {
  return subject === 'opportunities' ? CrmOutcomeSubject.OPPORTUNITIES : CrmOutcomeSubject.LEADS;
}

async function storeRecords(trx: Transaction<DB>, job: JobRow, outcomes: readonly CrmOutcome[]): Promise<void> {
  const rows = outcomes.map(({ id, won, createdAt, fields, refs }) => {
    const read = storedObject(Buffer.from(fields).toString());
    return {
      record_id: id,
      won,
      created_at: (createdAt === undefined ? new Date(0) : timestampDate(createdAt)).toISOString(),
      fields: stringifyJson(shortened(read)),
      people: [...new Set([...refs, ...peopleIn(read)])],
    };
  });
  await sql`
    insert into training_rows (training_id, organization_id, record_id, won, created_at, fields, people)
    select ${job.id}, ${job.organization_id}, record_id, won, created_at, fields, people
    from json_to_recordset(${JSON.stringify(rows)}::json) as row (
      record_id uuid, won boolean, created_at timestamptz, fields text, people text[])
    on conflict do nothing`.execute(trx);
}

/** Shortens a string that is too long for a factor, so that only its presence counts. */
function shortened(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.length > longestText ? value.slice(0, longestText) : value;
  if (!isJsonObject(value)) return Array.isArray(value) ? [] : value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
}

function callerOf(organizationId: bigint, mode: string): Caller {
  return { organizationId, actor: { type: 'service', id: serviceOf('agents') }, role: 'viewer', mode: modeOf(mode) };
}
