import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { namesOf, problemWith } from './names.mjs';
import { withEntry, withoutEntry } from './table.mjs';

const table = readFileSync(new URL('../../libs/topology/src/services.ts', import.meta.url), 'utf8');

test('a name gives every spelling', () => {
  assert.deepEqual(namesOf('usage-metering'), {
    name: 'usage-metering',
    schema: 'usage_metering',
    Schema: 'UsageMetering',
    words: 'usage metering',
    Words: 'Usage metering',
  });
});

test('a name that cannot be one, or is taken, is refused in a sentence', () => {
  const tree = { services: ['crm'], areas: ['rest'], packages: ['@drippulse/db'], chartValues: ['ingress'] };
  assert.equal(problemWith('usage-metering', tree), undefined);
  for (const bad of ['Usage', 'usage_metering', '-usage', 'usage-', '2go', '']) {
    assert.match(problemWith(bad, tree), /kebab-case/);
  }
  assert.match(problemWith('u'.repeat(31), tree), /longer/);
  for (const taken of ['crm', 'rest', 'db', 'ingress', 'public']) assert.match(problemWith(taken, tree), /is taken/);
});

test('an entry goes to the end of the table, and away again', () => {
  const names = namesOf('usage-metering');
  const text = withEntry(table, names);
  assert.match(text, /\n {2}'usage-metering': \{\n {4}schema: 'usage_metering',/);
  assert.equal(withoutEntry(text, names).text, table);
  const publishing = withEntry(table, names, { publishes: true });
  assert.match(
    publishing,
    /^import \{ UsageMeteringEventSchema \} from '@drippulse\/proto\/drippulse\/usage_metering\/v1\/events_pb';\n/,
  );
  assert.match(
    publishing,
    / {4}events: UsageMeteringEventSchema,\n {4}calls: \[\],\n {4}servers: \['postgres', 'kafka'\],\n/,
  );
  assert.equal(withoutEntry(publishing, names).text, table);
});

test('an entry that another one names stays', () => {
  assert.match(withoutEntry(table, namesOf('workflows')).problem, /Another entry/);
  assert.match(withoutEntry(table, namesOf('nothing')).problem, /no entry/);
});
