import { DomainError } from '@drippulse/errors';
import { type JsonObject, numberOf } from '@drippulse/json';
import type { Kysely } from 'kysely';
import type { AgentDefinition } from '../agents/definition.ts';
import type { DB } from '../db/schema.ts';
import { objectOf } from '../json-objects.ts';
import { rulesVersion } from '../models/rows.ts';
import { decidedBy, scorerOfVersion } from '../models/scorers.ts';
import { candidatesOf, readRouter } from '../routing/config.ts';
import { compileRouter } from '../routing/route.ts';
import { validate } from '../schemas/validate.ts';

/** A call of an execution, as stored in its chain. */
export type RecordedCall = { seq: number; kind: string; output: JsonObject | undefined };

/** A stored execution. */
type Recorded = {
  input: JsonObject;
  output: JsonObject | undefined;
  error: { code: string; message: string } | undefined;
  calls: readonly RecordedCall[];
  at: Date;
};

/** The result of running the execution with a different version. */
export type Replayed = {
  outcome: { output: JsonObject } | { error: { code: string; message: string } };
  /** Step numbers of the recorded calls whose results were used. */
  usedCalls: number[];
};

/**
 * Runs a stored execution with the definition of a different version. Only reads stored data and models: it writes
 * nothing, makes no calls and takes no router turn. Results of other services are taken from the stored execution. The
 * current time is the time of the original request.
 */
export async function replay(db: Kysely<DB>, definition: AgentDefinition, recorded: Recorded): Promise<Replayed> {
  const { work } = definition;
  const refused = refusalOf(definition, recorded.input);
  if (refused !== undefined) return refused;
  if (work.kind === 'scorer') return replayScore(db, definition, recorded);
  if (work.kind === 'router') return succeeded(routeOf(definition.configuration, recorded));
  if (work.kind === 'built_in_code') return succeeded(work.code.run(recorded.input));
  if (work.kind === 'remote_code' || work.kind === 'missing_code') return replayCall(definition, recorded);
  throw new DomainError('failed_precondition', 'wrong_agent_type', 'Agents of type workflow are not replayed.');
}

/** Returns the refusal if the version does not accept the input; undefined if it does. */
export function refusalOf({ template }: Pick<AgentDefinition, 'template'>, input: JsonObject): Replayed | undefined {
  const [refusal] = template?.input_schema ? validate(template.input_schema, input, 'input') : [];
  return refusal && failed('validation_failed', `${refusal.field} ${refusal.message}`);
}

/**
 * Scores with the model that decided, at the version's threshold. If rules decided, scores with the version's rules.
 */
async function replayScore(db: Kysely<DB>, definition: AgentDefinition, recorded: Recorded): Promise<Replayed> {
  const version = numberOf(recorded.output?.['model_version']) ?? rulesVersion;
  const scorer = await scorerOfVersion(db, definition, version);
  const score = scorer(recorded.input, recorded.at);
  const modelVersion = version === rulesVersion ? null : version;
  return succeeded(decidedBy({ score, modelVersion, shadow: undefined }).output);
}

/**
 * Routes with the version's rules. A replay takes no turn, so it keeps the execution's owner if the rule allows that.
 */
function routeOf(configuration: JsonObject, { input, output, at }: Recorded): JsonObject {
  const read = readRouter(configuration, 'configuration');
  if ('violations' in read) throw new Error(`a stored configuration is not valid: ${read.violations[0]?.field}`);
  const { decision } = compileRouter(read.config)(input, at);
  const candidates = decision.owner === undefined ? [] : candidatesOf(decision.owner);
  const former = numberOf(output?.['assigned_owner_id']);
  const kept = former !== undefined && candidates.includes(former) ? former : null;
  return {
    priority: decision.priority,
    assigned_owner_id: decision.owner?.type === 'fixed' ? decision.owner.owner_id : kept,
    next_action: decision.next_action,
    sla_hours: decision.sla_hours ?? null,
    audit_note: decision.audit_note,
  };
}

/**
 * Judges the recorded answer against the version's output schema. An execution without a recorded answer fails again.
 */
function replayCall({ template }: AgentDefinition, { calls, error }: Recorded): Replayed {
  const call = calls.find(({ kind, output }) => kind === 'code_call' && output !== undefined);
  if (call?.output === undefined) {
    return failed(error?.code ?? 'no_recorded_result', error?.message ?? 'The code had not answered.');
  }
  const [refusal] = template?.output_schema ? validate(template.output_schema, call.output, 'output') : [];
  if (refusal !== undefined) {
    return { ...failed('invalid_output', `${refusal.field} ${refusal.message}`), usedCalls: [call.seq] };
  }
  return { ...succeeded(call.output), usedCalls: [call.seq] };
}

function succeeded(output: JsonObject): Replayed {
  return { outcome: { output }, usedCalls: [] };
}

function failed(code: string, message: string): Replayed {
  return { outcome: { error: { code, message } }, usedCalls: [] };
}

/** Returns the output in a step's stored result. */
export function outputOf(result: JsonObject): JsonObject | undefined {
  return result['outcome'] === 'succeeded' ? objectOf(result['output']) : undefined;
}
