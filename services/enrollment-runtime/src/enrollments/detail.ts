import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Definition } from '@drippulse/engine';
import type { TimelineEntrySchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import type { Kysely, Selectable } from 'kysely';
import type { DB, Timeline } from '../db/schema.ts';
import { type DeliveryRow, deliveryToProto } from './delivery.ts';
import type { Mode } from './enrollment-row.ts';
import { modeToProto, timelineStatusToProto } from './enums.ts';

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
  const lines = await db
    .selectFrom('timeline')
    .selectAll()
    .where('enrollment_id', '=', row.id)
    .orderBy('sequence', 'desc')
    .limit(shownLines + 1)
    .execute();
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
    actionTimeline: lines
      .slice(0, shownLines)
      .reverse()
      .map((line) => lineToProto(definition, row.mode, line)),
    // Too many, or gone with their partition.
    actionTimelineTruncated: lines.length > shownLines || lines.length < row.lines,
    deliveries: deliveries.reverse().map(deliveryToProto),
    nurtureEvents: [],
  };
}

function lineToProto({ steps }: Definition, mode: Mode, line: Selectable<Timeline>) {
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
