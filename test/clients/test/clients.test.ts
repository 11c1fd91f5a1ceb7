import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { documentFile } from '../src/document.ts';
import { sendGeneratedRequests } from '../src/generated-requests.ts';
import { runProgram } from '../src/program.ts';
import { findPython } from '../src/python-environment.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const programs = path.join(folder, '../../node_modules/.bin');
const dist = path.join(folder, 'dist');
const python = await findPython();

let platform: RunningPlatform;
let env: { BASE_URL: string; API_KEY: string };

beforeAll(async () => {
  // Schemathesis sends more requests than the default limits of a client allow.
  const limits = { RATE_LIMIT_PER_MINUTE: '600000', RATE_LIMIT_BURST: '10000' };
  platform = await startLayout('start', { env: limits });
  env = {
    BASE_URL: platform.baseUrl,
    API_KEY: (await platform.api.post('/api/v1/api_keys', { name: 'Clients' })).body.key,
  };
});
afterAll(() => platform?.dispose());

const trip = {
  config: { message: 'Hello {{ first_name }}', level: 'info' },
  enrolled: 1,
  total: 1,
  steps: ['Start', 'Done'],
  statuses: 1,
  imported: 1,
  missing: expect.stringMatching(/workflow_not_found/i),
};

test('a generated TypeScript client compiles without a warning and makes a round trip', async () => {
  const generated = await runProgram(
    process.execPath,
    [path.join(programs, 'openapi-ts'), ...['--file', 'walks/openapi-ts.config.js']],
    { cwd: folder },
  );
  expect(generated).toMatchObject({ code: 0, output: expect.not.stringMatching(/warn|error|⚠/i) });
  const compiled = await runProgram(path.join(programs, 'tsc'), ['--project', 'walks'], { cwd: folder });
  expect(compiled).toEqual({ code: 0, output: '' });
  const walked = await runProgram(process.execPath, ['walks/walk.ts'], { cwd: folder, env });
  expect(walked.code === 0 ? JSON.parse(walked.output) : walked).toMatchObject({
    ...trip,
    names: expect.arrayContaining(['Made by TypeScript']),
  });
});

if ('unavailable' in python) notRun(python);
else {
  const program = (name: string) => path.join(python.bin, name);

  test('a generated Python client comes without a warning and makes a round trip', async () => {
    const output = path.join(dist, 'python/drippulse_client');
    rmSync(output, { recursive: true, force: true });
    mkdirSync(path.dirname(output), { recursive: true });
    const generated = await runProgram(
      program('openapi-python-client'),
      [
        ...['generate', '--path', documentFile, '--config', 'walks/python-client.yml'],
        ...['--meta', 'none', '--output-path', output, '--overwrite', '--fail-on-warning'],
      ],
      { cwd: folder },
    );
    expect(generated).toMatchObject({ code: 0, output: expect.not.stringMatching(/warning|error/i) });
    const pythonPath = { PYTHONPATH: path.dirname(output), PYTHONDONTWRITEBYTECODE: '1' };
    const walked = await runProgram(program('python'), ['walks/walk.py'], {
      cwd: folder,
      env: { ...env, ...pythonPath },
    });
    expect(walked.code === 0 ? JSON.parse(walked.output) : walked).toMatchObject({
      ...trip,
      names: expect.arrayContaining(['Made by Python']),
    });
  });

  test('generated requests find no fault of the server, and no answer that the document does not have', async () => {
    const asked = { baseUrl: env.BASE_URL, apiKey: env.API_KEY, seconds: 5 };
    expect(await sendGeneratedRequests(program('st'), asked)).toEqual({ code: 0, failures: '' });
    // Checks that the key is still accepted and has all rights. If the key were refused, the generated requests would
    // have tested nothing.
    expect((await platform.api.as(env.API_KEY).get('/api/v1/admin/verify')).status).toBe(200);
  });
}
