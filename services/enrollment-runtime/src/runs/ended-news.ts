import { sql, type Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import { deliveryCounts } from '../enrollments/delivery-counts.ts';
import type { EnrollmentRow, LastLine } from '../enrollments/enrollment-row.ts';
import type { EnrollmentNews } from '../enrollments/events.ts';
import { metGoals } from '../enrollments/goals-met.ts';
import { lineAt } from '../enrollments/timeline-lines.ts';
import { toProto } from '../enrollments/to-proto.ts';
import { countedVariants } from './count-steps.ts';
import type { Move } from './move.ts';
import { messageOf } from './store-timeline.ts';
import { variantsAfter } from './variants.ts';

/** Returns the events of ended enrollments. A failed enrollment also has an event about the failure of its workflow. */
export async function endedNews(
  trx: Transaction<DB>,
  moves: readonly Move[],
  workflowNames: ReadonlyMap<bigint, string>,
  now: Date,
): Promise<EnrollmentNews[]> {
  const ended = moves.filter((move) => move.state.status !== 'active');
  const sendsMail = (move: Move) => move.definition.steps.some((step) => step.type === 'email');
  const countsOf = await deliveryCounts(
    trx,
    ended.filter(sendsMail).map(({ run }) => run.identity.id),
  );
  const errors = await earlierErrors(
    trx,
    ended.filter((move) => latestError(move) === undefined),
  );
  const goalsMetOf = await metGoals(
    trx,
    ended.filter(({ definition }) => definition.goals.length > 0).map(({ run }) => run.identity),
  );
  return ended.flatMap((move) => {
    const { identity } = move.run;
    const lastError = latestError(move) ?? errors.get(identity.id) ?? null;
    const row = { ...rowOf(move, now), lastError, goalsMet: goalsMetOf(identity), deliveries: countsOf(identity.id) };
    return newsOf(move, row, workflowNames.get(identity.workflowId) ?? '', now);
  });
}

function newsOf(move: Move, row: EnrollmentRow, workflowName: string, now: Date): EnrollmentNews[] {
  const { id: enrollmentId, organizationId, workflowId, version, cause } = row;
  const enrollment = toProto(row, move.definition, now);
  const variants = countedVariants(move.definition, variantsAfter(move));
  const newsWith = (payload: EnrollmentNews['payload']) => ({ organizationId, enrollmentId, cause, variants, payload });
  if (row.status === 'completed') return [newsWith({ case: 'completed', value: enrollment })];
  if (row.status === 'cancelled') return [newsWith({ case: 'cancelled', value: enrollment })];
  const workflow = { id: workflowId, name: workflowName, version };
  return [
    newsWith({ case: 'failed', value: enrollment }),
    newsWith({ case: 'workflowFailed', value: { workflow, enrollment, error: row.lastError ?? '' } }),
  ];
}

function rowOf(
  { run, state, entries, outcome }: Move,
  now: Date,
): Omit<EnrollmentRow, 'lastError' | 'goalsMet' | 'deliveries'> {
  const last = entries.at(-1);
  const lastLine: LastLine | null = last
    ? { stepIndex: last.stepIndex, status: last.status, message: messageOf(last), at: now, held: null }
    : null;
  return {
    ...run.identity,
    status: state.status,
    stepIndex: state.stepIndex,
    nextRunAt: null,
    updatedAt: now,
    endedAt: now,
    outcome: outcome ?? null,
    lastLine,
  };
}

function latestError({ entries }: Move): string | undefined {
  return entries.findLast((entry) => entry.error !== undefined)?.error;
}

async function earlierErrors(trx: Transaction<DB>, moves: readonly Move[]): Promise<Map<bigint, string>> {
  const lines = moves.flatMap(({ run }) =>
    run.errorLine === null ? [] : [{ id: run.identity.id, line: run.errorLine }],
  );
  if (lines.length === 0) return new Map();
  const { rows } = await sql<{ enrollment_id: bigint; error: string | null }>`
    select error_line.id as enrollment_id, found.error
    from unnest(${lines.map(({ id }) => id)}::bigint[], ${lines.map(({ line }) => line)}::int[]) as error_line (id, line)
    cross join lateral (${lineAt(sql`error_line.id`, sql`error_line.line`)}) as found`.execute(trx);
  return new Map(rows.map((row) => [row.enrollment_id, row.error ?? '']));
}
