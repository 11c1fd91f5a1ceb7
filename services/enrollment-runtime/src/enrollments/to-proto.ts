import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Definition } from '@drippulse/engine';
import type { EnrollmentSchema } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { modeToProto } from '@drippulse/rpc';
import { type EnrollmentRow, type LastLine, summarize } from './enrollment-row.ts';
import { statusToProto, timelineStatusToProto } from './enums.ts';
import { heldByToProto } from './held-by.ts';

/**
 * Converts an enrollment to its form in the API. The summary compares the enrollment's times with `now` to decide
 * whether the enrollment still waits.
 */
export function toProto(row: EnrollmentRow, definition: Definition, now: Date) {
  const { steps } = definition;
  const { isEnded, isWaiting, progressPercent } = summarize(row, steps.length, now);
  return {
    id: row.id,
    workflowId: row.workflowId,
    workflowVersion: row.version,
    agentId: row.agentId ?? undefined,
    leadRef: row.leadRef ?? undefined,
    currentStepIndex: row.stepIndex,
    status: statusToProto(row.status),
    nextRunAt: row.status === 'active' && row.nextRunAt ? timestampFromDate(row.nextRunAt) : undefined,
    timezone: row.timezone,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.createdAt),
    updatedAt: timestampFromDate(row.updatedAt),
    completedAt: row.endedAt ? timestampFromDate(row.endedAt) : undefined,
    contact: {
      email: row.email ?? undefined,
      firstName: row.firstName ?? undefined,
      lastName: row.lastName ?? undefined,
    },
    currentStep: isEnded ? undefined : stepToProto(definition, row.stepIndex),
    totalSteps: steps.length,
    progressPercent,
    isWaiting,
    lastAction: row.lastLine ? lineToProto(definition, row.lastLine) : undefined,
    lastError: row.lastError ?? undefined,
    heldBy: isWaiting && row.lastLine?.held ? heldByToProto(row.lastLine.held) : undefined,
    deliverySummary: row.deliveries,
    outcome: row.outcome ?? undefined,
    goalsMet: row.goalsMet.map(({ name, at }) => ({ name, at: timestampFromDate(at) })),
  } satisfies MessageInitShape<typeof EnrollmentSchema>;
}

function stepToProto({ steps }: Definition, index: number) {
  const step = steps[index];
  return step && { index, number: index + 1, id: step.id, name: step.name, type: step.type };
}

function lineToProto({ steps }: Definition, line: LastLine) {
  const step = steps[line.stepIndex];
  return {
    stepIndex: line.stepIndex,
    stepName: step?.name ?? '',
    type: step?.type ?? '',
    status: timelineStatusToProto(line.status),
    message: line.message,
    at: timestampFromDate(line.at),
  };
}
