import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Definition } from '@drippulse/engine';
import type { TimelineEntrySchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { modeToProto } from '@drippulse/rpc';
import { deliveryToProto } from './delivery.ts';
import type { Mode } from './enrollment-row.ts';
import { timelineStatusToProto } from './enums.ts';
import { heldByToProto } from './held-by.ts';
import { nurtureEventToProto } from './nurture-event.ts';
import type { Detail } from './read-detail.ts';
import type { TimelineLine } from './timeline-lines.ts';

/** Converts the members of a detail that a list does not show. */
export function detailToProto({ row, contact, data, lines, deliveries, reactions }: Detail, definition: Definition) {
  return {
    contact: Buffer.from(contact),
    data: Buffer.from(data),
    actionTimeline: lines.map((line) => lineToProto(definition, row.mode, line)),
    // True if more lines exist than are shown, or the partition of older lines was pruned.
    actionTimelineTruncated: lines.length < row.lines,
    deliveries: deliveries.map(deliveryToProto),
    nurtureEvents: reactions.map(nurtureEventToProto),
  };
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
    heldBy: line.held === null ? undefined : heldByToProto(line.held),
    workflowVersion: line.version,
  } satisfies MessageInitShape<typeof TimelineEntrySchema>;
}
