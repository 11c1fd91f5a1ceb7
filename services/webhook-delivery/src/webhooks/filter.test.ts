import { fromConnectError } from '@drippulse/rpc';
import { expect, test } from '@jest/globals';
import { createFilters, readFilter } from './filter.ts';

const now = new Date('2026-11-25T12:00:00Z');
const compileFilter = (rule: string) => createFilters().of(rule, 1n);
const body = { type: 'workflow.created', data: { name: 'Nurture', version: 3, tags: ['a', 'b'] } };
const condition = (field: string, operator: string, value?: unknown) => ({ field, operator, value });

test.each([
  [{ conditions: [condition('data.name', 'equals', 'Nurture')] }, true],
  [{ conditions: [condition('data.name', 'equals', 'Other')] }, false],
  [{ match: 'all', conditions: [condition('data.version', 'greater_than', 2), condition('data.x', 'exists')] }, false],
  [{ match: 'any', conditions: [condition('data.version', 'greater_than', 2), condition('data.x', 'exists')] }, true],
  [{ conditions: [condition('type', 'starts_with', 'workflow.')] }, true],
  [{ conditions: [condition('data.tags', 'contains', 'b')] }, true],
])('%j matches: %s', (rule, expected) => {
  expect(compileFilter(readFilter(JSON.stringify(rule)))(body, now).matches).toBe(expected);
});

test('an event for which the rule has no field does not match, and no rule throws', () => {
  const filter = compileFilter(readFilter(JSON.stringify({ conditions: [condition('data.a.b.c', 'equals', 1)] })));
  expect(filter({}, now).matches).toBe(false);
});

test.each([
  ['{}', /^filter/],
  ['[]', /^filter/],
  ['{"conditions":[]}', /^filter\.conditions/],
  ['{"conditions":[{"field":"a","operator":"resembles","value":1}]}', /^filter\.conditions\.0\.operator/],
  ['{"match":"some","conditions":[{"field":"a","operator":"exists"}]}', /^filter\.match/],
])('%s is refused with the member at fault', (text, field) => {
  try {
    readFilter(text);
  } catch (error) {
    const { reason, violations } = fromConnectError(error);
    expect(reason).toBe('invalid_filter');
    expect(violations[0]?.field).toMatch(field);
    expect(violations[0]?.message).not.toMatch(/^Step/);
    return;
  }
  throw new Error('accepted');
});

test('a rule without match means all, and is stored so', () => {
  const stored = readFilter(JSON.stringify({ conditions: [condition('data.name', 'exists')] }));
  expect(JSON.parse(stored)).toMatchObject({ match: 'all', conditions: [{ field: 'data.name', operator: 'exists' }] });
});

test('a filter that needs more work than it may do makes no decision', () => {
  const conditions = Array.from({ length: 100 }, () => condition('data.text', 'contains', 'b'));
  const filter = compileFilter(readFilter(JSON.stringify({ match: 'any', conditions })));
  const event = { data: { text: 'a'.repeat(100_000) } };
  const [, verdict] = [filter(event, now), filter(event, now)];
  expect(verdict).toMatchObject({ matches: false, isUndecided: true });
  expect(verdict.work).toBeLessThanOrEqual(1024 * 1024);
});

const condition16 = (value: string) =>
  JSON.stringify({ match: 'all', conditions: [condition('data.name', 'equals', value)] });

test('a filter is compiled when it first decides, which is counted, and weighs what it keeps', () => {
  const filters = createFilters();
  const filter = filters.of(condition16('{{ data.name | upcase }}'.repeat(500)), 1n);
  const before = filters.bytes();
  const [first, second] = [filter(body, now), filter(body, now)];
  expect(first.work - second.work).toBeGreaterThan(500 * 200);
  expect(filters.bytes() - before).toBeGreaterThan(500 * 1_000);
});

test('a filter of before that needs more than a filter may is not compiled, and makes no decision', () => {
  const filters = createFilters();
  const verdict = filters.of(condition16('{{ data.name | upcase }}'.repeat(9_000)), 1n)(body, now);
  expect(verdict).toMatchObject({ matches: false, isUndecided: true });
  expect(verdict.work).toBeLessThanOrEqual(1024 * 1024);
  expect(filters.bytes()).toBeLessThan(1_000_000);
});
