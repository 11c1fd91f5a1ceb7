import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('a process of its own refuses to start without the address that links in mails begin with', () => {
  const { status, stderr } = spawnSync(process.execPath, [main], { env: {}, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/PUBLIC_URL: is required .* links in mails begin with it/);
  expect(stderr).toContain('KAFKA_BROKERS: is required');
});
