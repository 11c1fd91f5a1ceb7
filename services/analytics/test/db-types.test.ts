import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { testPostgres } from '@drippulse/testing';
import { expect, test } from '@jest/globals';

test('the types of the tables are those that the migrations make', async () => {
  const postgres = await testPostgres();
  const script = resolve(import.meta.dirname, '../../../scripts/db-types.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--verify', resolve(import.meta.dirname, '..')], {
    env: { ...process.env, TEST_DATABASE_URL: postgres.url },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
});
