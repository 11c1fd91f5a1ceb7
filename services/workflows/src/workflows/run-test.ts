import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  compileDefinition,
  fixtureProfile,
  type Settings,
  type Step,
  type TestRun,
  type TestStep,
  testData,
  testRunInTurns,
} from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import type { TestStepSchema, TestWorkflowRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { InTurns } from './in-turns.ts';
import { jsonField, jsonText } from './json-fields.ts';

const timezone = 'UTC';

/** Data of a test run, as in a request. */
type TestInput = Pick<TestWorkflowRequest, 'fixtureProfile' | 'sampleData' | 'input' | 'runtimePayload'>;

/** Steps to run. They are masked, so that no log line contains a credential. */
type Tested = { workflowId: bigint; version: number; steps: readonly Step[]; settings?: Settings };

/**
 * `now` is the time of the run. `unusable` lists the steps whose connection a live run could not use; it is undefined
 * while the integrations service is unavailable.
 */
type Surroundings = { now: Date; unusable: readonly { step: Step; reason: string }[] | undefined };

/**
 * Reads the data of a test run. Returns a function that runs steps with that data, with the same engine as live runs
 * and with stubs for effects. Nothing is written and nothing is sent.
 */
export function prepareTest(request: TestInput) {
  const { profile, data } = readTestData(request);
  return async (inTurns: InTurns, tested: Tested, { now, unusable }: Surroundings) => {
    const connectionOf = (stepId: string) => {
      const found = unusable?.find(({ step }) => step.id === stepId);
      return found === undefined ? unusable && 'usable' : { unusable: found.reason };
    };
    const options = { data, timezone, now, elapsedMs: () => performance.now(), connectionOf };
    const run = await inTurns(compileAndRun(tested, options));
    return {
      status: run.status,
      mode: 'test',
      testFixtureProfile: profile,
      sampleData: jsonField(run.data),
      steps: run.steps.map(stepToProto),
      errors: run.errors,
    };
  };
}

/** Runs steps. The definition of all steps is read first. Each step is compiled when the run reaches it. */
function* compileAndRun(
  { workflowId, version, steps, settings = {} }: Tested,
  options: Parameters<typeof testRunInTurns>[1],
): Generator<number, TestRun> {
  const definition = compileDefinition({ workflowId: String(workflowId), version, steps, settings });
  yield definition.compilation.work;
  return yield* testRunInTurns(definition, options);
}

/** Merges the data of a request over the data of its fixture. */
export function readTestData(request: TestInput) {
  const profile = readProfile(request);
  return { profile, data: testData(profile, readPayload(request)) };
}

/** Returns the fixture that a request names. */
export function readProfile({ fixtureProfile: name }: Pick<TestInput, 'fixtureProfile'>): 'minimal' | 'demo' {
  const profile = fixtureProfile(name);
  if (profile !== undefined) return profile;
  const allowed = ['minimal', 'demo', 'full', 'rich', 'legacy'];
  const message = 'must be minimal, demo, full, rich or legacy';
  const violations: Violation[] = [{ field: 'fixture_profile', message, code: 'enum', allowed }];
  throw new DomainError('invalid', 'unknown_fixture_profile', 'There is no such fixture profile.', { violations });
}

/** Returns the first payload that is present, in the order of the API reference. */
function readPayload(request: TestInput): JsonObject {
  const payloads = { sample_data: request.sampleData, input: request.input, runtime_payload: request.runtimePayload };
  for (const [field, bytes] of Object.entries(payloads)) {
    const text = jsonText(bytes);
    if (text === undefined) continue;
    const payload = parseJson(text);
    if (isObject(payload)) return payload;
    const violations: Violation[] = [{ field, message: 'must be an object', code: 'type' }];
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
