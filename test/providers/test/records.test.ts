import type { JsonObject } from '@drippulse/json';
import {
  hubspotArchived,
  hubspotRecords,
  type RecordPages,
  salesforceDeleted,
  salesforceRecords,
} from '@drippulse/providers';
import { expect, test } from '@jest/globals';
import { fakes, runFake } from '../src/index.ts';
import { type Answering, drive } from './drive.ts';

type Key = 'hubspot' | 'salesforce';
const timestamp = '2026-11-20T10:00:00.000Z';
const upper = new Date('2026-11-21T00:00:00Z');
const nextUpper = new Date('2026-11-22T00:00:00Z');

/** Reads all pages of a run. Returns the rows and the last cursor. */
function readAll(
  key: Key,
  pages: RecordPages,
  config: JsonObject,
  fake: Answering,
  from: JsonObject | null,
  until: Date,
) {
  const rows: JsonObject[] = [];
  let cursor = from;
  for (let count = 0; count < 1000; count++) {
    const ended = drive(key, pages({ config, cursor, upper: until }), fake);
    if ('verdict' in ended) throw new Error(JSON.stringify(ended.verdict));
    rows.push(...ended.result.rows);
    cursor = ended.result.cursor;
    if (ended.result.isLast) return { rows, cursor };
  }
  throw new Error('The pages have no end');
}

function hubspotWith(count: number) {
  const fake = runFake(fakes.hubspot);
  fake.state.records = Array.from({ length: count }, (_, index) => contact(String(1000 + index)));
  return fake;
}

const contact = (id: string, changedAt = timestamp) => ({
  id,
  type: 'contacts',
  properties: { hs_object_id: id, email: `a${id}@example.com`, createdate: timestamp, lastmodifieddate: changedAt },
  isArchived: false,
});

const contacts = { object: 'contacts', properties: ['email'] };

test('12,000 contacts of HubSpot that changed at one time come once each, by the list and by the search', () => {
  const fake = hubspotWith(12_000);
  const first = readAll('hubspot', hubspotRecords, contacts, fake, null, upper);
  expect(new Set(first.rows.map(({ id }) => id)).size).toBe(12_000);
  expect(first.rows).toHaveLength(12_000);
  const changed = readAll('hubspot', hubspotRecords, contacts, fake, { since: timestamp }, upper);
  expect(new Set(changed.rows.map(({ id }) => id)).size).toBe(12_000);
  expect(changed.rows).toHaveLength(12_000);
  expect(changed.cursor).toEqual({ since: upper.toISOString() });
  expect(fake.requests().flatMap(({ problems }) => problems)).toEqual([]);
});

test('a contact of HubSpot that changes while a run reads comes with this run or the next', () => {
  const fake = hubspotWith(450);
  const page = drive('hubspot', hubspotRecords({ config: contacts, cursor: { since: timestamp }, upper }), fake);
  if ('verdict' in page) throw new Error('no page');
  fake.state.records[449] = contact('1449', '2026-11-21T08:00:00.000Z');
  const rest = readAll('hubspot', hubspotRecords, contacts, fake, page.result.cursor, nextUpper);
  expect(page.result.rows.length + rest.rows.length).toBe(449);
  const next = readAll('hubspot', hubspotRecords, contacts, fake, rest.cursor, nextUpper);
  expect(next.rows.map(({ id }) => id)).toContain('1449');
});

test('filters of a source hold in the first run too', () => {
  const fake = hubspotWith(300);
  const filters = [{ field: 'email', operator: 'in', value: ['a1001@example.com', 'a1002@example.com'] }];
  const { rows } = readAll('hubspot', hubspotRecords, { ...contacts, filters }, fake, null, upper);
  expect(rows.map(({ id }) => id)).toEqual(['1001', '1002']);
});

test('archived contacts of HubSpot are listed by their ids', () => {
  const fake = hubspotWith(250);
  for (const record of fake.state.records.slice(0, 120)) record.isArchived = true;
  const { rows } = readAll('hubspot', hubspotArchived, contacts, fake, null, upper);
  expect(rows).toHaveLength(120);
  expect(rows[0]).toEqual({ id: '1000', archived_at: timestamp });
});

const leads = { object: 'Lead', fields: ['Email', 'Owner.Name'] };

function salesforceWith(count: number, changedAt: (index: number) => string) {
  const fake = runFake(fakes.salesforce);
  fake.state.records = Array.from({ length: count }, (_, index) => ({
    type: 'Lead',
    isDeleted: false,
    fields: {
      Id: `00Q5g00000${String(index).padStart(5, '0')}AAV`,
      Email: `a${index}@example.com`,
      Owner: { Name: 'Sam' },
      SystemModstamp: changedAt(index),
    },
  }));
  return fake;
}

test.each([
  ['at one time', () => '2026-11-20T10:00:00.000+0000'],
  ['at many times', (index: number) => `2026-11-20T10:${String(index % 60).padStart(2, '0')}:00.000+0000`],
])('5,000 leads of Salesforce that changed %s come once each, also in pages smaller than asked', (_when, changedAt) => {
  const fake = salesforceWith(5000, changedAt);
  fake.state.pageSize = 700;
  const { rows, cursor } = readAll('salesforce', salesforceRecords, leads, fake, null, upper);
  expect(new Set(rows.map(({ Id }) => Id)).size).toBe(5000);
  expect(rows).toHaveLength(5000);
  expect(rows[0]).toMatchObject({ 'Owner.Name': 'Sam' });
  expect(cursor).toEqual({ since: upper.toISOString() });
});

test('deleted leads of Salesforce are listed by their ids', () => {
  const fake = salesforceWith(30, () => '2026-11-20T10:00:00.000+0000');
  for (const record of fake.state.records.slice(0, 12)) record.isDeleted = true;
  const { rows } = readAll('salesforce', salesforceDeleted, leads, fake, { since: timestamp }, upper);
  expect(rows).toHaveLength(12);
});
