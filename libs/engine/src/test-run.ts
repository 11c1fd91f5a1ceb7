import type { JsonObject } from '@drippulse/json';
import { advanceInTurns, moveUnits } from './advance.ts';
import { contactKeyOf } from './contact-key.ts';
import type { Definition } from './definition.ts';
import { atOnce, type InTurns } from './in-turns.ts';
import { sizeOf } from './json-size.ts';
import type { Advance, Entry, Parked, Run } from './run.ts';
import { settleInTurns } from './settle-effect.ts';
import { startRun } from './start-run.ts';
import type { StepConnection, StubbedEffect } from './steps/step-type.ts';
import { stubEffect } from './stub-effect.ts';

/** Maximum number of steps of a test run. It is limited because the response contains the data of each step. */
const maxSteps = 1_000;
/** Maximum number of units of work of a test run, which is one request. */
const runUnits = moveUnits;
const maxStartedData = 16 * 1024;
const maxPreview = 1_000;

/** The result of a test run. A live run has the same result if its effects have the results of the stubs. */
export type TestRun = {
  status: 'completed' | 'failed' | 'cancelled';
  /** Data at the end of the run. */
  data: JsonObject;
  steps: TestStep[];
  errors: { stepIndex: number; stepId: string; message: string }[];
};

/** One visited step of a test run. */
export type TestStep = {
  stepIndex: number;
  stepNumber: number;
  id: string;
  name: string;
  type: string;
  status: Entry['status'];
  /** Data at the start of the step; absent above 16 KiB. */
  startedData?: JsonObject;
  /** Data that the step added. */
  output?: JsonObject;
  logs: string[];
  /** Id of the step that followed, or `end`. */
  next: string;
  durationMs: number;
};

type TestRunOptions = {
  data: JsonObject;
  timezone: string;
  now: Date;
  elapsedMs?: () => number;
  /** The known state of a step's connection. Default: unknown. */
  connectionOf?: (stepId: string) => StepConnection | undefined;
};

/**
 * Runs a workflow once without effects, with the same `advance` as live runs. Effects are stubbed; waits end
 * immediately and report their length. `elapsedMs` is called before and after each step, for `durationMs`.
 */
export function testRun(definition: Definition, o: TestRunOptions): TestRun {
  return atOnce(testRunInTurns(definition, o));
}

/** Runs a workflow once without effects, in turns that are bounded as in `advanceInTurns`. */
export function* testRunInTurns(definition: Definition, o: TestRunOptions): InTurns<TestRun> {
  const { elapsedMs = () => 0, connectionOf = () => undefined } = o;
  const run: Run = {
    enrollmentKey: 'test',
    contactKey: contactKeyOf(o.data, 'test'),
    timezone: o.timezone,
    enteredAt: o.now.getTime(),
    mode: 'test',
    state: startRun(),
    data: o.data,
  };
  const result: TestRun = { status: 'completed', data: o.data, steps: [], errors: [] };
  let now = o.now;
  let work = 0;
  while (run.state.status === 'active' && result.steps.length < maxSteps && work <= runUnits) {
    const startedAt = elapsedMs();
    const moved = yield* moveOnce(definition, run, { now, connectionOf });
    work += moved.work;
    const step = describe(definition, run, moved, elapsedMs() - startedAt);
    if (step) result.steps.push(step);
    for (const { stepIndex, stepId, error } of moved.entries) {
      if (error !== undefined) result.errors.push({ stepIndex, stepId, message: error });
    }
    now = new Date(Math.max(now.getTime(), moved.until));
    run.state = moved.state;
    run.data = moved.data;
  }
  return conclude(definition, run, result, work);
}

/** `warning` names what is missing for a live run. */
type Move = Advance & { until: number; preview?: string; warning?: string };

/** Runs one step, settles its effect with a stub, and ends its wait. */
function* moveOnce(
  definition: Definition,
  run: Run,
  { now, connectionOf }: { now: Date; connectionOf: (stepId: string) => StepConnection | undefined },
): InTurns<Move> {
  const first = yield* advanceInTurns(definition, run, now, 1);
  const { phase, wakeAt, attempt } = first.state;
  const halfway = { ...run, state: first.state, data: first.data };
  if (first.effect) {
    const { stepIndex, stepId } = first.effect;
    const connection = connectionOf(stepId);
    const { preview, result } = stubEffect(first.effect, connection);
    const second = yield* settleInTurns(definition, halfway, { stepIndex, stepId, attempt }, result, now, 0);
    return {
      ...second,
      entries: [...first.entries, ...second.entries],
      work: first.work + second.work,
      until: 0,
      preview,
      ...(typeof connection === 'object' && result.outcome !== 'skipped' && { warning: connection.unusable }),
    };
  }
  if (first.parked) {
    const { parked } = first;
    const { preview, result } = stubOf(definition, parked);
    const second = yield* settleInTurns(definition, halfway, { ...parked, attempt }, result, now, 0);
    const work = first.work + second.work;
    return { ...second, entries: [...asTest(first.entries), ...second.entries], work, until: 0, preview };
  }
  if (phase !== 'waiting' || wakeAt === null) return { ...first, until: 0 };
  const second = yield* advanceInTurns(definition, halfway, new Date(wakeAt), 0);
  const entries = [...asTest(first.entries), ...second.entries];
  return { ...second, entries, work: first.work + second.work, until: wakeAt };
}

function stubOf(definition: Definition, { stepIndex, request }: Parked): StubbedEffect {
  const parks = definition.steps[stepIndex]?.parks;
  if (!parks) throw new Error(`step ${stepIndex} does not park`);
  return parks.stub(request);
}

function asTest(entries: readonly Entry[]): Entry[] {
  return entries.map((entry) => ({ ...entry, message: entry.message.replace('Waiting', 'Would wait') }));
}

function describe(definition: Definition, before: Run, moved: Move, durationMs: number): TestStep | undefined {
  const last = moved.entries.at(-1);
  if (!last) return undefined;
  const { stepIndex, stepId, stepName, type, status } = last;
  const step: TestStep = {
    stepIndex,
    stepNumber: stepIndex + 1,
    id: stepId,
    name: stepName,
    type,
    status,
    logs: logsOf(moved),
    next: moved.state.status === 'active' ? (definition.steps[moved.state.stepIndex]?.id ?? 'end') : 'end',
    durationMs,
  };
  if (sizeOf(before.data, maxStartedData) <= maxStartedData) step.startedData = before.data;
  if (last.output) step.output = last.output;
  return step;
}

function logsOf({ entries, preview, warning }: Move): string[] {
  const lines = entries.flatMap(({ message, warnings = [] }) => [
    message,
    ...warnings.map((w) => `[test] Warning: ${w}`),
  ]);
  return [
    ...lines,
    ...(preview === undefined ? [] : [`[test] ${preview.slice(0, maxPreview)}`]),
    ...(warning === undefined ? [] : [`[test] Warning: a live run has no usable connection: ${warning}`]),
  ];
}

function conclude(definition: Definition, run: Run, result: TestRun, work: number): TestRun {
  if (run.state.status !== 'active') return { ...result, status: run.state.status, data: run.data };
  const stepId = definition.steps[run.state.stepIndex]?.id ?? '';
  const limit = work > runUnits ? `${runUnits} units of work (work_limit_exceeded)` : `${maxSteps} steps`;
  const error = { stepIndex: run.state.stepIndex, stepId, message: `the test run was stopped after ${limit}` };
  return { ...result, status: 'failed', data: run.data, errors: [...result.errors, error] };
}
