import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installedState, planOf } from './plan.mjs';

const lock = 'aa';
const rows = [
  { stamp: undefined, wanted: 'product', plan: 'product' },
  { stamp: undefined, wanted: 'all', plan: 'all' },
  { stamp: installedState('product', lock), wanted: 'product', plan: undefined },
  { stamp: installedState('product', lock), wanted: 'all', plan: 'rest' },
  { stamp: installedState('all', lock), wanted: 'product', plan: undefined },
  { stamp: installedState('all', lock), wanted: 'all', plan: undefined },
  { stamp: installedState('product', 'bb'), wanted: 'all', plan: 'all' },
  { stamp: installedState('all', 'bb'), wanted: 'product', plan: 'product' },
];

for (const { stamp, wanted, plan } of rows) {
  test(`with "${stamp}" installed, ${wanted} needs ${plan ?? 'nothing'}`, () => {
    assert.equal(planOf({ stamp, lock, wanted }), plan);
  });
}
