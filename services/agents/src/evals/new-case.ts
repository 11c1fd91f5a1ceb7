import { DomainError, refuseViolations, type Violation } from '@drippulse/errors';
import { type JsonObject, type JsonValue, stringifyJson } from '@drippulse/json';
import type { CreateAgentEvalCaseRequest } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import type { Insertable } from 'kysely';
import { loadDefinition } from '../agents/definition.ts';
import { toolStepsOf } from '../calls/step.ts';
import { readSteps } from '../chain/model/load.ts';
import { contactOf, namedIn } from '../chain/model/place.ts';
import type { Context } from '../context.ts';
import type { EvalCases } from '../db/schema.ts';
import { peopleIn } from '../executions/people.ts';
import { type ExecutionView, findExecution, isActive } from '../executions/rows.ts';
import { readObject, storedObject } from '../json-objects.ts';
import { parsePolicy } from '../policies/policy.ts';
import { toolPolicyOf } from '../policies/tool-policy.ts';
import { callsOf } from '../replays/recorded.ts';
import type { Check } from './checks.ts';
import { defaultChecks } from './default-checks.ts';
import { readChecks } from './read-checks.ts';
import type { EvalSetRow } from './rows.ts';

const maxInputBytes = 64 * 1024;

/** A case that does not belong to an eval set yet. */
export type NewCase = Omit<Insertable<EvalCases>, 'id' | 'organization_id' | 'eval_set_id' | 'created_at'>;

/** Reads a new case, from a stored execution or an input. */
export async function readNewCase(
  ctx: Context,
  set: EvalSetRow,
  request: CreateAgentEvalCaseRequest,
): Promise<NewCase> {
  const read = readChecks(request.checks);
  const { executionId, input } = request;
  if (executionId !== undefined) {
    refuseViolations([
      ...(input === undefined
        ? []
        : [{ field: 'input', message: 'is that of the execution', code: 'not_allowed' as const }]),
      ...('violations' in read ? read.violations : []),
    ]);
    return ofExecution(ctx, set, executionId, 'checks' in read ? read.checks : []);
  }
  const given = readObject(input, { field: 'input', maxBytes: maxInputBytes });
  refuseViolations([
    ...(input === undefined ? [required('input')] : []),
    ...(request.checks.length === 0 ? [required('checks')] : []),
    ...('violation' in given ? [given.violation] : []),
    ...('violations' in read ? read.violations : []),
  ]);
  if ('violation' in given || 'violations' in read) throw new Error('a case with violations was not refused');
  return {
    ...shared(read.checks, peopleIn(given.value)),
    ...{ execution_id: null, at: ctx.clock.now(), input: given.text, expected: null, calls: '[]' },
    ...{ contact: stringifyJson(namedIn(given.value)), has_enrollment: false },
  };
}

function required(field: string): Violation {
  return { field, message: 'is required without execution_id', code: 'required' };
}

async function ofExecution(ctx: Context, set: EvalSetRow, id: bigint, given: readonly Check[]): Promise<NewCase> {
  const { organization_id: organizationId, agent_id: agentId } = set;
  const execution = await findExecution(ctx.db.kysely, { organizationId, agentId, id });
  if (isActive(execution)) throw notReplayable('The execution goes on.');
  if (execution.input === null) throw notReplayable('Its input no longer exists.');
  const { template, policy, work } = await loadDefinition(ctx, organizationId, agentId);
  const output = execution.output === null ? {} : storedObject(execution.output);
  const checks =
    given.length > 0 ? given : defaultChecks(template?.kind ?? 'code', output, template?.output_schema ?? null);
  const isModel = work.kind === 'llm';
  return {
    ...shared(checks, await peopleOf(ctx, execution)),
    ...{ execution_id: execution.id, at: execution.created_at, input: execution.input, expected: execution.output },
    calls: stringifyJson(isModel ? await toolsOf(ctx, execution) : await answersOf(ctx, execution)),
    contact: stringifyJson(isModel ? await knownContact(ctx, execution, policy) : {}),
    has_enrollment: execution.source_enrollment_id !== null,
  };
}

function shared(checks: readonly Check[], people: readonly string[]): Pick<NewCase, 'checks' | 'people'> {
  const stored: JsonValue = checks.map((check): JsonObject => ({ ...check }));
  return { checks: stringifyJson(stored), people: [...new Set([...people, ...peopleIn(stored)])] };
}

/** Returns the tool calls of an execution with their results. */
async function toolsOf(ctx: Context, execution: ExecutionView): Promise<JsonObject[]> {
  const tools = toolStepsOf(await readSteps(ctx, execution));
  return tools.flatMap(({ kind, request, result }) =>
    result === null ? [] : [{ kind, request: { ...request }, result: { ...result } }],
  );
}

/** Returns the answers of remote code in an execution. */
async function answersOf(ctx: Context, execution: ExecutionView): Promise<JsonObject[]> {
  const calls = await callsOf(ctx.db.kysely, execution);
  return calls.flatMap(({ seq, kind, output }) => (output === undefined ? [] : [{ seq, kind, output }]));
}

/**
 * Finds the contact of the execution, even if the active version has no tools, because another version may have some.
 */
async function knownContact(ctx: Context, execution: ExecutionView, policy: string): Promise<JsonObject> {
  const input = execution.input ?? '{}';
  const policies = [toolPolicyOf(parsePolicy(policy))];
  const contact = await contactOf(ctx, { row: execution, input, policies });
  return { ...namedIn(storedObject(input)), ...contact };
}

async function peopleOf(ctx: Context, { id, created_at: createdAt }: ExecutionView): Promise<string[]> {
  const row = await ctx.db.kysely
    .selectFrom('execution_texts')
    .select('people')
    .where('created_at', '=', createdAt)
    .where('execution_id', '=', id)
    .executeTakeFirst();
  return row?.people ?? [];
}

function notReplayable(message: string): DomainError {
  return new DomainError('failed_precondition', 'agent_execution_not_replayable', message);
}
