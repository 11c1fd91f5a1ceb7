import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  advance,
  contactKeyOf,
  type Definition,
  type EffectResult,
  type Entry,
  type JsonObject,
  settleEffect,
  stepTypes,
  stubEffect,
  testRun,
} from '../src/index.ts';
import { type LiveRun, requireAgreement } from './compare-runs.ts';
import { type RawStep, randomContact, randomWorkflow } from './random-workflows.ts';
import { defineWorkflow, newRun } from './workflow.ts';

const start = new Date('2026-03-28T22:00:00Z');

test('a test run and a live run agree line by line in 200 random workflows, with every step type, when effects are stubbed alike', () => {
  const used = new Set<unknown>();
  fc.assert(
    fc.property(randomWorkflow, randomContact, (random, contact) => {
      const steps: RawStep[] = [{ type: 'trigger', id: 'start' }, ...random];
      const definition = defineWorkflow(steps);
      const tested = testRun(definition, { data: contact, timezone: 'UTC', now: start });
      // Leaves out runs of more than a thousand steps. A test run stops there, because it is one request.
      fc.pre(!tested.errors.some(({ message }) => message.startsWith('the test run was stopped')));
      for (const { type } of steps) used.add(type);
      requireAgreement(tested, runLive(definition, contact));
    }),
    { numRuns: 200 },
  );
  expect(used.size).toBe(stepTypes.length);
});

/** Simulates a live run in test mode: its effects are stubbed, its parkings are settled, and time passes. */
function runLive(definition: Definition, data: JsonObject): LiveRun {
  let run = newRun(data, { mode: 'test', contactKey: contactKeyOf(data, 'test') });
  let now = start;
  const entries: Entry[] = [];
  while (run.state.status === 'active') {
    now = new Date(Math.max(now.getTime(), run.state.phase === 'waiting' ? (run.state.wakeAt ?? 0) : 0));
    const moved = advance(definition, run, now);
    entries.push(...moved.entries);
    run = { ...run, state: moved.state, data: moved.data };
    const intent = moved.effect ?? moved.parked;
    if (intent === undefined) continue;
    const result: EffectResult | undefined = moved.effect
      ? stubEffect(moved.effect).result
      : definition.steps[intent.stepIndex]?.parks?.stub(intent.request).result;
    if (result === undefined) throw new Error('what parks has a stub');
    const settled = settleEffect(definition, run, { ...intent, attempt: run.state.attempt }, result, now, 0);
    entries.push(...settled.entries);
    run = { ...run, state: settled.state, data: settled.data };
  }
  const lines = entries.map(({ stepId, status, message, warnings = [] }) => ({ stepId, status, message, warnings }));
  return { status: run.state.status, data: run.data, lines };
}
