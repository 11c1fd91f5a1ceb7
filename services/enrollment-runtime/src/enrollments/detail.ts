import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Definition } from '@drippulse/engine';
import type { TimelineEntrySchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { DB, Timeline } from '../db/schema.ts';
import { type DeliveryRow, deliveryToProto } from './delivery.ts';
import type { Mode } from './enrollment-row.ts';
import { modeToProto, timelineStatusToProto } from './enums.ts';
import { linesOf, type TimelineLine } from './timeline-lines.ts';

/** Lines and messages that a detail shows, the newest of them. */
const shownLines = 1_000;
const shownDeliveries = 1_000;

/** What a detail shows beside the row. */
export async function readDetail(
  db: Kysely<DB>,
  definition: Definition,
  row: { id: bigint; workflowId: bigint; mode: Mode; lines: number },
) {
  const { contact } = await db
    .selectFrom('enrollments')
    .select('contact')
    .where('workflow_id', '=', row.workflowId)
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow();
  const changed = await db.selectFrom('run_data').select('data').where('enrollment_id', '=', row.id).executeTakeFirst();
  const lines = await readLines(db, row);
  const deliveries: DeliveryRow[] = await db
    .selectFrom('deliveries')
    .selectAll()
    .where('enrollment_id', '=', row.id)
    .orderBy('id', 'desc')
    .limit(shownDeliveries)
    .execute();
  return {
    contact: Buffer.from(contact),
    data: Buffer.from(changed?.data ?? contact),
    actionTimeline: lines.map((line) => lineToProto(definition, row.mode, line)),
    // Too many, or gone with their partition.
    actionTimelineTruncated: lines.length < row.lines,
    deliveries: deliveries.reverse().map(deliveryToProto),
    nurtureEvents: [],
  };
}

/** From the row on that holds the first line that is shown. */
async function readLines(db: Kysely<DB>, { id, lines }: { id: bigint; lines: number }): Promise<TimelineLine[]> {
  const first = lines - shownLines + 1;
  const { rows } = await sql<Selectable<Timeline>>`
    select * from timeline
    where enrollment_id = ${id} and sequence >= coalesce((
      select sequence from timeline where enrollment_id = ${id} and sequence <= ${first} order by sequence desc limit 1
    ), 1)
    order by sequence`.execute(db);
  return rows.flatMap(linesOf).slice(-shownLines);
}

function lineToProto({ steps }: Definition, mode: Mode, line: TimelineLine) {
  const step = steps[line.step_index];
  return {
    id: BigInt(line.sequence),
    stepIndex: line.step_index,
    stepNumber: line.step_index + 1,
    stepId: step?.id ?? '',
    stepName: step?.name ?? '',
    type: step?.type ?? '',
    status: timelineStatusToProto(line.status),
    message: line.message,
    output: Buffer.from(line.output ?? 'null'),
    error: line.error ?? undefined,
    attempt: line.attempt,
    mode: modeToProto(mode),
    durationMs: line.duration_ms ?? undefined,
    at: timestampFromDate(line.at),
  } satisfies MessageInitShape<typeof TimelineEntrySchema>;
}
