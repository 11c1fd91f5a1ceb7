import type { MessageInitShape } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import {
  compileDefinition,
  fixtureProfile,
  type Settings,
  type Step,
  type TestStep,
  testData,
  testRunSteps,
} from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { isRawNumber, type JsonObject, type JsonValue, parseJson } from '@drippulse/json';
import { createShares, type Shares, yieldToEventLoop } from '@drippulse/loops';
import type { TestStepSchema, TestWorkflowRequest } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { callerOf } from '@drippulse/rpc';
import { jsonField, jsonText } from './json-fields.ts';
import { withRests } from './with-rests.ts';

const timezone = 'UTC';
/** As long as the clients of other slow work wait for it. */
const waitMs = 10_000;

/** The data of a test run, as a request has them. */
type TestInput = Pick<TestWorkflowRequest, 'fixtureProfile' | 'sampleData' | 'input' | 'runtimePayload'>;

/** What is run: the steps that people see, so that no log line has a credential. */
type Tested = { workflowId: bigint; version: number; steps: readonly Step[]; settings?: Settings };

/**
 * The place in which it runs and who takes it, when it runs, and the steps whose connection a live run could not use; undefined while
 * nobody can say.
 */
type Surroundings = {
  place: Shares;
  call: HandlerContext;
  now: Date;
  unusable: readonly { step: Step; reason: string }[] | undefined;
};

/**
 * Reads the data of a test run, and returns a function that runs steps with them: the same engine as live runs, with stubs
 * for effects. Nothing is written and nothing is sent.
 */
export function prepareTest(request: TestInput) {
  const { profile, data } = readTestData(request);
  return async (
    { workflowId, version, steps, settings = {} }: Tested,
    { place, call, now, unusable }: Surroundings,
  ) => {
    const definition = compileDefinition({ workflowId: String(workflowId), version, steps, settings });
    const connectionOf = (stepId: string) => {
      const found = unusable?.find(({ step }) => step.id === stepId);
      return found === undefined ? unusable && 'usable' : { unusable: found.reason };
    };
    const options = { data, timezone, now, elapsedMs: () => performance.now(), connectionOf };
    await yieldToEventLoop(); // a large definition is much work too
    const taken = await place.wait(String(callerOf(call).organizationId), 1, call.signal);
    const run = await withRests(testRunSteps(definition, options)).finally(() => taken.release());
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

/**
 * The place for test runs: one runs at a time in a process, organizations in turn, so that all of them together take at most half of
 * the event loop, on which everybody's workflows are read.
 */
export function testPlace(): Shares {
  return createShares({ of: 'test runs', ofEach: 1, ofAll: 1, waitMs });
}

/** The data of a request over those of its fixture. */
export function readTestData(request: TestInput) {
  const profile = readProfile(request);
  return { profile, data: testData(profile, readPayload(request)) };
}

/** The fixture that a request names. */
export function readProfile({ fixtureProfile: name }: Pick<TestInput, 'fixtureProfile'>): 'minimal' | 'demo' {
  const profile = fixtureProfile(name);
  if (profile !== undefined) return profile;
  const allowed = ['minimal', 'demo', 'full', 'rich', 'legacy'];
  const message = 'must be minimal, demo, full, rich or legacy';
  const violations: Violation[] = [{ field: 'fixture_profile', message, code: 'enum', allowed }];
  throw new DomainError('invalid', 'unknown_fixture_profile', 'There is no such fixture profile.', { violations });
}

/** The first payload that is present, in the order of the API reference. */
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
