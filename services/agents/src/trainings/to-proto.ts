import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AgentTrainingSchema } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { modeToProto } from '@drippulse/rpc';
import { timestampOf } from '../executions/to-proto.ts';
import { trainingStatuses, trainingSubjects } from '../texts.ts';
import { readPlace } from './place.ts';
import type { TrainingRow } from './rows.ts';

export function trainingToProto(row: TrainingRow): MessageInitShape<typeof AgentTrainingSchema> {
  const { total, processed, status } = row;
  // The progress stays below 1 until the training ends, because records may be added or removed while the training
  // reads them.
  const progress = status === 'completed' ? 1 : Math.min(0.99, Number(processed) / Math.max(1, Number(total)));
  return {
    id: row.id,
    agentId: row.agent_id,
    subject: trainingSubjects.numberOf(row.subject),
    status: trainingStatuses.numberOf(status),
    progress,
    records: BigInt(readPlace(row.cursor).records),
    error: status === 'failed' ? (row.error ?? 'internal_error') : undefined,
    modelVersion: row.model_version ?? undefined,
    mode: modeToProto(row.mode),
    createdAt: timestampFromDate(row.created_at),
    finishedAt: timestampOf(row.finished_at),
  };
}
