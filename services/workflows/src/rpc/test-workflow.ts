import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { compileDefinition, fixtureProfile, type TestStep, testData, testRun } from '@drippulse/engine';
import { DomainError } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { TestStepSchema, TestWorkflowRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { jsonField, jsonText } from '../workflows/json-fields.ts';
import { shownSteps } from '../workflows/step-secrets.ts';
import { storedSteps } from '../workflows/stored-steps.ts';

const timezone = 'UTC';

/**
 * The same engine as live runs, with stubs for effects: nothing is written and nothing is sent. The steps are those that
 * people see, so no log line has a credential.
 */
export async function testWorkflow(ctx: Context, request: TestWorkflowRequest, call: HandlerContext) {
  const profile = readProfile(request);
  const data = testData(profile, readPayload(request));
  const row = await ctx.loadWorkflow(callerOf(call).organizationId, request.id);
  const { version } = row;
  const definition = compileDefinition({ workflowId: String(row.id), version, steps: storedSteps(shownSteps(row)) });
  const run = testRun(definition, { data, timezone, now: ctx.clock.now(), elapsedMs: () => performance.now() });
  return {
    workflowId: row.id,
    version,
    status: run.status,
    mode: 'test',
    testFixtureProfile: profile,
    sampleData: jsonField(run.data),
    steps: run.steps.map(stepToProto),
    errors: run.errors,
  };
}

function readProfile({ fixtureProfile: name }: TestWorkflowRequest): 'minimal' | 'demo' {
  const profile = fixtureProfile(name);
  if (profile !== undefined) return profile;
  const violations = [{ field: 'fixture_profile', message: 'must be minimal, demo, full, rich or legacy' }];
  throw new DomainError('invalid', 'unknown_fixture_profile', 'There is no such fixture profile.', { violations });
}

/** The first payload that is present, in the order of the API reference. */
function readPayload(request: TestWorkflowRequest): JsonObject {
  const payloads = { sample_data: request.sampleData, input: request.input, runtime_payload: request.runtimePayload };
  for (const [field, bytes] of Object.entries(payloads)) {
    const text = jsonText(bytes);
    if (text === undefined) continue;
    const payload = parseJson(text);
    if (isObject(payload)) return payload;
    const violations = [{ field, message: 'must be an object' }];
    throw new DomainError('invalid', 'validation_failed', `${field} must be an object`, { violations });
  }
  return {};
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

function stepToProto({ startedData, output, durationMs, ...step }: TestStep): MessageInitShape<typeof TestStepSchema> {
  return {
    ...step,
    startedData: startedData && jsonField(startedData),
    output: jsonField(output ?? null),
    durationMs: Math.round(durationMs * 1000) / 1000,
  };
}
