import { expect, test } from '@jest/globals';
import { newRun } from '../test/workflow.ts';
import { advance, advanceInTurns } from './advance.ts';
import { compileDefinition } from './definition.ts';
import { stepUnits } from './meter.ts';
import type { Step } from './step.ts';

const now = new Date('2026-05-06T08:00:00Z');

const step = (position: number, type: string, config: Step['config']): Step => ({
  ...{ id: `s${position}`, type, name: type, position, config },
});
const log = (position: number, message: string) => step(position, 'log', { message });
const definitionOf = (steps: readonly Step[], onGrow?: (bytes: number) => void) =>
  compileDefinition({ workflowId: '7', version: 1, steps, ...(onGrow && { onGrow }) });

test('a step is compiled when the first run comes to it, and not again', () => {
  const definition = definitionOf([
    log(0, '{{ a | upcase }}'),
    step(1, 'wait', { duration: 1, unit: 'hours' }),
    log(2, '{{ b | upcase }}'.repeat(1_000)),
  ]);
  const { compilation } = definition;
  const read = compilation.work;
  const first = advance(definition, newRun({ a: 'x' }), now);
  const afterFirst = compilation.work;
  expect(afterFirst).toBeGreaterThan(read);
  expect(afterFirst - read).toBeLessThan(2_000);
  advance(definition, newRun({ a: 'y' }), now);
  expect(compilation.work).toBe(afterFirst);
  advance(definition, newRun({ a: 'x' }, { state: first.state }), new Date('2026-05-06T10:00:00Z'));
  expect(compilation.work - afterFirst).toBeGreaterThan(200_000);
});

test('what is compiled weighs, and is compiled again after it was dropped', () => {
  let bytes = 0;
  const definition = definitionOf([log(0, '{{ a | upcase }}'.repeat(100))], (grown) => {
    bytes += grown;
  });
  const form = bytes;
  expect(form).toBeGreaterThan(0);
  const run = () => advance(definition, newRun({ a: 'x' }), now).entries[0]?.message;
  expect(run()).toBe('X'.repeat(100));
  const parts = bytes - form;
  expect(parts).toBeGreaterThan(100 * 900);
  definition.compilation.drop();
  expect(run()).toBe('X'.repeat(100));
  expect(bytes).toBe(form + 2 * parts);
});

test('a cache that drops a part as it grows takes it from nobody who uses it', () => {
  const used: ReturnType<typeof definitionOf>[] = [];
  const definition = definitionOf([log(0, '{{ a | upcase }}')], () => used[0]?.compilation.drop());
  used.push(definition);
  for (let times = 0; times < 2; times++) {
    const { work } = definition.compilation;
    expect(advance(definition, newRun({ a: 'x' }), now).entries[0]?.message).toBe('X');
    expect(definition.compilation.work).toBeGreaterThan(work);
  }
});

test('a step that cannot be compiled fails when the run comes to it', () => {
  const large = `{{ a | plus: ${'b, '.repeat(80_000)}b }}`;
  const broken = definitionOf([log(0, 'fine'), log(1, '{{ x')]);
  expect(advance(broken, newRun(), now).entries.map(({ status }) => status)).toEqual(['succeeded', 'failed']);
  const { entries } = advance(definitionOf([log(0, large)]), newRun(), now);
  expect(entries[0]?.error).toContain('work_limit_exceeded');
});

test('no turn has more than one part of a step, and all turns together have the work of all', () => {
  const outputs = '{{ a | append: b }}'.repeat(2_000);
  const steps = [
    log(0, outputs),
    step(1, 'set_fields', { fields: { c: outputs } }),
    ...[2, 3, 4].map((position) => log(position, '{{ long }}{{ long }}{{ long }}')),
  ];
  const definition = definitionOf(steps);
  const data = { a: 'x'.repeat(100), b: 'y'.repeat(100), long: 'z'.repeat(1_000_000) };
  const turns: number[] = [];
  const moving = advanceInTurns(definition, newRun(data), now);
  for (let turn = moving.next(); turn.done !== true; turn = moving.next()) turns.push(turn.value);
  expect(turns.length).toBeGreaterThanOrEqual(steps.length);
  expect(Math.max(...turns)).toBeLessThanOrEqual(stepUnits + 64 * 1024);
  const again = advance(definition, newRun(data), now);
  const sum = turns.reduce((total, turn) => total + turn, 0);
  expect(sum).toBe(again.work + definition.compilation.work - definitionOf(steps).compilation.work);
});
