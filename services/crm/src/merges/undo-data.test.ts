import { describe, expect, test } from '@jest/globals';
import type { ContactRow } from '../contacts/contact.ts';
import { chooseValues } from './choose.ts';
import { mergeableContacts } from './mergeable.ts';
import { changedFields, readUndo, revert } from './undo-data.ts';

const at = new Date('2026-01-01T00:00:00Z');
const blank: ContactRow = {
  id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
  public_id: 'cnt_1',
  organization_id: 1n,
  sequence: 1n,
  revision: 1n,
  email: null,
  first_name: null,
  last_name: null,
  title: null,
  phone: null,
  account_id: null,
  account_public_id: null,
  owner_id: null,
  external_system: null,
  external_id: null,
  custom: '{}',
  search: '',
  names: '',
  created_at: at,
  updated_at: at,
  deleted_at: null,
  erased_at: null,
  merged_into_id: null,
  merged_into_public_id: null,
};

/** Merges two contacts. Returns the survivor after the merge, and the undo data as the database returns it. */
function merged(survivor: Partial<ContactRow>, other: Partial<ContactRow>) {
  const before = { ...blank, ...survivor };
  const values = chooseValues(mergeableContacts, before, [{ ...blank, ...other }], new Map());
  const after: ContactRow = { ...before, ...values };
  const undo = readUndo(
    JSON.stringify({ fields: changedFields(mergeableContacts, before, after), externals: [], links: [] }),
  );
  return { before, after, fields: undo.fields };
}

describe('what a merge changed goes back', () => {
  test.each<[string, Partial<ContactRow>, Partial<ContactRow>]>([
    ['a text', {}, { email: 'a@example.com' }],
    ['an owner', {}, { owner_id: 90071992547409931n }],
    ['an id with its system', { external_system: 'left' }, { external_system: 'hubspot', external_id: 'h' }],
    ['members, to the digit', { custom: '{"b":1.10}' }, { custom: '{"a":90071992547409931}' }],
    ['nothing', { email: 'a@example.com' }, { email: 'b@example.com' }],
  ])('%s', (_name, survivor, other) => {
    const { before, after, fields } = merged(survivor, other);
    const { values, kept } = revert(fields, after);
    expect(kept).toEqual([]);
    const owner = { owner_id: before.owner_id };
    expect({ ...after, ...values, ...owner }).toEqual({ ...before, ...owner });
    expect(after).not.toBe(before);
  });
});

test.each<[string, Partial<ContactRow>, Partial<ContactRow>, string[]]>([
  ['a text', { phone: '1' }, { phone: '2' }, ['phone']],
  ['half of a pair', { external_system: 's', external_id: 'x' }, { external_system: 'other' }, ['external_id']],
  ['a member', { custom: '{"a":1,"b":2}' }, { custom: '{"a":1,"b":3}' }, ['custom.b']],
  ['a member that was taken away', { custom: '{"a":1}' }, { custom: '{}' }, ['custom.a']],
])('%s that was changed since stays', (_name, other, since, expected) => {
  const { after, fields } = merged({ email: 'a@example.com' }, other);
  const { values, kept } = revert(fields, { ...after, ...since });
  expect(kept).toEqual(expected);
  for (const column of Object.keys(since).filter((name) => name !== 'custom'))
    expect(values).not.toHaveProperty(column);
});

test('a member that somebody added since stays beside those that go', () => {
  const { after, fields } = merged({ custom: '{"own":1}' }, { custom: '{"taken":1}' });
  expect(revert(fields, { ...after, custom: '{"own":2,"taken":1,"new":3}' })).toEqual({
    values: { custom: '{"own":2,"new":3}' },
    kept: [],
  });
});
