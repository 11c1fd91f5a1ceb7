import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
let platform: RunningPlatform;

beforeAll(async () => {
  platform = await startLayout('start');
});
afterAll(() => platform?.dispose());

test('the walk of the README runs as it stands and ends with a completed enrollment', async () => {
  const walk = /<!-- walk -->\n```sh\n([\s\S]*?)```\n<!-- \/walk -->/.exec(readme)?.[1];
  expect(walk).toBeDefined();
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', (walk ?? '').replaceAll('| head -c 300', '')], {
    env: { ...process.env, API_BASE: `${platform.baseUrl}/api/v1`, TOKEN: platform.apiKey },
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(stdout).toContain('"valid":true');
  expect(stdout).toContain('"test_fixture_profile":"demo"');
  expect(stdout).toContain('"secret":"whsec_');
  expect(stdout).toContain('"created_count":2');
  expect(stdout).toContain('"step_funnel"');
  const detail = JSON.parse(stdout.slice([...stdout.matchAll(/\{"id":\d+,"workflow_id":/g)].at(-1)?.index));
  expect(detail).toMatchObject({ status: 'completed', lead_ref: 'crm-1', progress_percent: 100 });
  expect(detail.action_timeline.at(-1)).toMatchObject({ message: 'Hello Ada', status: 'succeeded' });
});

test('the three calls that npm start prints work when pasted', async () => {
  const calls = platform
    .output()
    .split('\n')
    .filter((line) => /^ {2}(export|curl)/.test(line))
    .map((line) => line.trim());
  expect(calls).toHaveLength(4);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', calls.join('\n')]);
  expect(stdout).toContain('"created_count":2');
  expect(stdout).toContain('"total_count":');
});
