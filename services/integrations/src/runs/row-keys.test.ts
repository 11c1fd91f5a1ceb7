import type { JsonObject } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { areApart, keysOfRows } from './row-keys.ts';

const keys = (...rows: JsonObject[]) =>
  keysOfRows({ mapped: rows.map((fields) => ({ fields })) }, ['external_id', 'email']);

test.each<[string, JsonObject[], JsonObject[], boolean]>([
  ['other ids and addresses', [{ external_id: '1', email: 'a@x.io' }], [{ external_id: '2', email: 'b@x.io' }], true],
  ['the same id', [{ external_id: '1', email: 'a@x.io' }], [{ external_id: '1', email: 'b@x.io' }], false],
  ['the same address', [{ external_id: '1', email: 'a@x.io' }], [{ external_id: '2', email: 'A@x.io' }], false],
  ['other addresses and no ids', [{ email: 'a@x.io' }, { phone: '1' }], [{ email: 'b@x.io' }, { phone: '1' }], true],
  ['ids in one of them', [{ external_id: '1', email: 'a@x.io' }], [{ email: 'b@x.io' }], false],
  ['no rows in one of them', [], [{ email: 'b@x.io' }], true],
])('batches with %s', (_, one, other, apart) => {
  expect(areApart(keys(...one), keys(...other))).toBe(apart);
});

test('an address is not a key where it does not find records', () => {
  const byId = (...rows: JsonObject[]) => keysOfRows({ mapped: rows.map((fields) => ({ fields })) }, ['external_id']);
  const rows = [{ external_id: '1', email: 'a@x.io' }];
  expect(areApart(byId(...rows), byId({ external_id: '2', email: 'a@x.io' }))).toBe(true);
});
