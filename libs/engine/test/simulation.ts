import fc from 'fast-check';
import {
  type Advance,
  advance,
  type Definition,
  type Effect,
  type EffectResult,
  type Entry,
  type Parked,
  type Run,
  settleEffect,
} from '../src/index.ts';
import { type RawStep, randomContact, randomWorkflow } from './random-workflows.ts';
import { defineWorkflow, newRun } from './workflow.ts';

/** The results of a run. */
type Trace = {
  run: Run;
  entries: Entry[];
  effects: (Effect | Parked)[] /** Number of delays since the last intent. */;
  delays: number;
  now: number;
};
/**
 * The results of effects by key, attempt and number of delays. They do not depend on the order or number of
 * computations.
 */
type World = {
  fate(key: string, attempt: number, delays: number): EffectResult;
  /** Chooses one of the exits of a parked step; undefined for no exit. */
  exit(key: string, exits: readonly string[]): string | undefined;
  jitter(key: string, attempt: number): number;
};
/** Chooses the next disturbance. */
type Mischief = { choose(count: number): number };

const start = Date.parse('2026-03-28T22:00:00Z');
const fates: EffectResult[] = [
  { outcome: 'succeeded', message: 'done', output: { answer: 1 } },
  { outcome: 'succeeded', message: 'done' },
  { outcome: 'skipped', reason: 'no connection' },
  { outcome: 'failed', error: 'busy', retryable: true },
  { outcome: 'failed', error: 'busy for long', retryable: true, retryAfterSeconds: 600 },
  { outcome: 'failed', error: 'refused', retryable: false },
];
/** Results that leave the effect unsettled for a while. */
const delayed: EffectResult[] = [
  { outcome: 'held', until: start + 3_600_000, rule: 'quiet_hours', reason: 'quiet hours' },
  { outcome: 'accepted', until: start + 7_200_000, message: 'Taken on' },
];
const mostDelays = 2;

const randomWorld: fc.Arbitrary<World> = fc.array(fc.nat(1_000), { minLength: 5, maxLength: 20 }).map((rolls) => {
  const roll = (key: string, attempt: number) =>
    rolls[(key.length * 7 + Number(key.split(':').at(-1)) * 3 + attempt) % rolls.length] ?? 0;
  return {
    fate(key, attempt, delays) {
      const among = delays < mostDelays ? [...fates, ...delayed] : fates;
      return among[(roll(key, attempt) + delays) % among.length] ?? { outcome: 'skipped', reason: 'none' };
    },
    exit: (key, exits) => exits[roll(key, 1) % (exits.length + 1)],
    jitter: (key, attempt) => roll(key, attempt) / 1_000,
  };
});

/** Walks a run to its end, always at the time at which it is due. */
function walk(definition: Definition, first: Run, world: World, mischief?: Mischief): Trace {
  const trace: Trace = { run: first, entries: [], effects: [], delays: 0, now: start };
  for (let moves = 0; trace.run.state.status === 'active'; moves++) {
    if (moves > 20_000) throw new Error('the run does not end');
    if (mischief) disturb(definition, trace, world, mischief);
    const { phase, wakeAt } = trace.run.state;
    trace.now = Math.max(trace.now, wakeAt ?? trace.now);
    const moved =
      phase === 'effect' || phase === 'parked'
        ? settleCurrent(definition, trace, world)
        : advance(definition, trace.run, new Date(trace.now), stepsAtOnce(mischief));
    store(trace, moved);
  }
  return trace;
}

const stepsAtOnce = (mischief?: Mischief) => (mischief ? 1 + mischief.choose(3) : undefined);

/**
 * Settles the current effect or parking. A parking is always settled exactly at its end; an earlier settlement would
 * test nothing more, because only the clock would differ.
 */
function settleCurrent(definition: Definition, { run, effects, delays, now }: Trace, world: World): Advance {
  const effect = effects.at(-1);
  if (!effect) throw new Error('no effect is out');
  const { attempt } = run.state;
  const result = resultOf(definition, effect, world, run.state, delays);
  return settleEffect(
    definition,
    run,
    { ...effect, attempt },
    result,
    new Date(now),
    world.jitter(effect.key, attempt),
  );
}

function resultOf(
  definition: Definition,
  { key, stepIndex }: Effect | Parked,
  world: World,
  { phase, attempt }: Run['state'],
  delays: number,
): EffectResult {
  const { parks, exits = new Map<string, number>() } = definition.steps[stepIndex] ?? {};
  if (!parks) return world.fate(key, attempt, phase === 'parked' ? mostDelays : delays);
  const exit = world.exit(key, [...exits.keys()]);
  return exit === undefined ? parks.expired : { outcome: 'succeeded', message: exit, output: { exit }, exit };
}

function store(trace: Trace, { state, data, entries, effect, parked }: Advance): void {
  const stays = ['effect', 'parked'].includes(state.phase) && state.attempt === trace.run.state.attempt;
  trace.delays = stays ? trace.delays + 1 : 0;
  trace.run = { ...trace.run, state, data };
  trace.entries.push(...entries);
  const intent = effect ?? parked;
  if (intent) trace.effects.push(intent);
}

/** Disturbances of a distributed system. None of them may change a result. */
function disturb(definition: Definition, trace: Trace, world: World, { choose }: Mischief): void {
  const { run, effects } = trace;
  const now = new Date(trace.now);
  const last = effects.at(-1);
  const nothing = { state: run.state, data: run.data, dataChanged: false, entries: [], work: 0 };
  switch (choose(5)) {
    case 0: {
      // A worker computed a move, or sent an effect, and died before storing the result. Another worker starts from the
      // stored state.
      const again = () => {
        const stored = { ...trace, run: structuredClone(run) };
        return run.state.phase === 'effect' || run.state.phase === 'parked'
          ? settleCurrent(definition, stored, world)
          : advance(definition, stored.run, now);
      };
      requireSame(again(), again());
      break;
    }
    case 1: // The run is woken before it is due, or while its effect is under way.
      if (run.state.phase !== 'ready') requireSame(advance(definition, run, new Date(trace.now - 1)), nothing);
      break;
    case 2: // The result of an earlier attempt arrives a second time.
      if (last && run.state.attempt !== 1) {
        const effect = { ...last, attempt: Math.max(run.state.attempt - 1, 1) };
        requireSame(settleEffect(definition, run, effect, world.fate(last.key, 1, 0), now, 0), nothing);
      }
      break;
    case 3: // The state goes through the database.
      trace.run = JSON.parse(JSON.stringify(run));
      break;
  }
}

/** Compares values as JSON, as the database stores them. `expect` would take two thirds of the time. */
function requireSame(actual: unknown, wanted: unknown): void {
  const [got, asked] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (got !== asked) throw new Error(`got ${got}, not ${asked}`);
}

/** Returns the successors of a step, read from the request and not from the compiled definition. */
function exitsOf(steps: readonly RawStep[], index: number): number[] {
  const targets =
    JSON.stringify(steps[index]).match(
      /"(?:on_true|on_false|go_to|default|on_error|on_event|on_timeout|on_approved|on_rejected)":"[^"]*"/g,
    ) ?? [];
  const names = targets.map((target) => target.split('"')[3] ?? '');
  const jumps = names.flatMap((name) =>
    name === 'next' ? [index + 1] : steps.flatMap((step, to) => (step['id'] === name ? [to] : [])),
  );
  const decides = ['condition', 'branch', 'split', 'wait_for_event', 'approval'].includes(
    String(steps[index]?.['type']),
  );
  return decides ? jumps : [index + 1, ...jumps];
}

function requireNoStepSkipped(steps: readonly RawStep[], { entries }: Trace): void {
  const exits = steps.map((_, index) => exitsOf(steps, index));
  let next = [0];
  for (const { stepIndex, status } of entries) {
    if (status === 'waiting' || status === 'retrying') continue;
    if (!next.includes(stepIndex)) throw new Error(`step ${stepIndex} came where ${next} may come`);
    next = exits[stepIndex] ?? [];
  }
}

function requireEffectsOnce({ effects, run }: Trace): void {
  const keys = effects.map(({ key }) => key);
  if (new Set(keys).size < keys.length) throw new Error(`an effect was handed out twice: ${keys}`);
  for (const { key, stepId, visit } of effects) requireSame(key, `${run.enrollmentKey}:${stepId}:${visit}`);
}

/**
 * Walks random graphs, once undisturbed and once interrupted, repeated and late. Both runs must end alike, with no step
 * skipped and each effect performed once. A failure shows the seed and the smallest case that fails.
 */
export function simulate(graphs: number): void {
  const parts = [randomWorkflow, randomContact, randomWorld, fc.infiniteStream(fc.nat(1_000))] as const;
  fc.assert(
    fc.property(...parts, (steps, contact, world, rolls) => {
      const definition = defineWorkflow(steps);
      const calm = walk(definition, newRun(contact), world);
      const choose = (count: number) => (rolls.next().value ?? 0) % count;
      const disturbed = walk(definition, newRun(contact), world, { choose });
      requireSame(disturbed, calm);
      requireNoStepSkipped(steps, calm);
      requireEffectsOnce(calm);
    }),
    { numRuns: graphs },
  );
}
