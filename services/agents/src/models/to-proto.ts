import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { JsonObject } from '@drippulse/json';
import {
  type AgentModelJudgementSchema,
  type AgentModelReportSchema,
  type AgentModelSchema,
  AgentModelStatus,
} from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { z } from 'zod';
import type { AgentRow } from '../agents/rows.ts';
import type { ModelRow } from './rows.ts';
import { rulesVersion } from './rows.ts';

const judged = z.object({
  ...{ auc: z.number(), auc_low: z.number(), auc_high: z.number(), brier: z.number() },
  ...{ lift_at_10_percent: z.number(), precision: z.number().nullable(), recall: z.number() },
  calibration: z.array(
    z.object({ from: z.number(), to: z.number(), records: z.number(), predicted: z.number(), actual: z.number() }),
  ),
});

/** The stored form of a training report, as JSON. */
const reportShape = z.object({
  ...{ training_records: z.number(), held_out_records: z.number(), held_out_won_share: z.number() },
  ...{ records_from: z.string(), records_until: z.string(), held_out_from: z.string(), lambda: z.number() },
  ...{ model: judged, in_force: judged, in_force_version: z.number() },
  weights: z.array(z.object({ name: z.string(), weight: z.number(), standard_error: z.number() })),
});

export type Report = z.output<typeof reportShape>;

export function modelToProto(row: ModelRow, agent: AgentRow): MessageInitShape<typeof AgentModelSchema> {
  return {
    version: row.version,
    agentId: row.agent_id,
    status: statusOf(agent, row.version),
    trainingId: row.training_id,
    configuration: Buffer.from(row.configuration),
    report: reportToProto(reportShape.parse(JSON.parse(row.report))),
    createdAt: timestampFromDate(row.created_at),
  };
}

/** Presents the rules of a configuration as version 0. */
export function rulesToProto(agent: AgentRow, configuration: JsonObject): MessageInitShape<typeof AgentModelSchema> {
  const { base = 0, factors = [] } = configuration;
  return {
    version: rulesVersion,
    agentId: agent.id,
    status: statusOf(agent, rulesVersion),
    configuration: Buffer.from(JSON.stringify({ base, factors })),
  };
}

function statusOf({ model_version: inForce, shadow_model_version: shadow }: AgentRow, version: number) {
  if ((inForce ?? rulesVersion) === version) return AgentModelStatus.IN_FORCE;
  return shadow === version ? AgentModelStatus.SHADOW : AgentModelStatus.CANDIDATE;
}

function reportToProto(report: Report): MessageInitShape<typeof AgentModelReportSchema> {
  const at = (text: string) => timestampFromDate(new Date(text));
  return {
    trainingRecords: BigInt(report.training_records),
    heldOutRecords: BigInt(report.held_out_records),
    heldOutWonShare: report.held_out_won_share,
    recordsFrom: at(report.records_from),
    recordsUntil: at(report.records_until),
    heldOutFrom: at(report.held_out_from),
    lambda: report.lambda,
    model: judgedToProto(report.model),
    inForce: judgedToProto(report.in_force),
    inForceVersion: report.in_force_version,
    weights: report.weights.map(({ standard_error: standardError, ...weight }) => ({ ...weight, standardError })),
  };
}

function judgedToProto(one: Report['model']): MessageInitShape<typeof AgentModelJudgementSchema> {
  return {
    ...{ auc: one.auc, aucLow: one.auc_low, aucHigh: one.auc_high, brier: one.brier, recall: one.recall },
    ...(one.precision !== null && { precision: one.precision }),
    liftAt10Percent: one.lift_at_10_percent,
    calibration: one.calibration.map(({ records, ...bin }) => ({ ...bin, records: BigInt(records) })),
  };
}
