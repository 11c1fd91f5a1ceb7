import { type Api, type RunningPlatform, startLayout } from '@drippulse/harness';
import { type Resources, shareOf } from '@drippulse/testing';
import { afterAll, beforeAll, jest, test } from '@jest/globals';
import { makeAllResources } from '../src/organizations.ts';
import { raceWriters } from '../src/race-writers.ts';
import { fill } from '../src/routes.ts';
import { patchedRows } from '../src/shown-rows.ts';

const rounds = 200;
jest.setTimeout(20 * 60_000);

let platform: RunningPlatform;
let api: Api;
let token: string;
let made: Resources;
beforeAll(async () => {
  platform = await startLayout('start', {
    env: { RATE_LIMIT_PER_MINUTE: '1000000', RATE_LIMIT_BURST: '100000', WEBHOOK_ALLOW_PRIVATE: 'true' },
  });
  const { username, password } = platform;
  token = (await platform.api.as(null).post('/api/v1/auth/login', { username, password })).body.token;
  api = platform.api.as(token);
  // A pipeline may be changed only by its owner.
  const pipeline = await api.post('/api/v1/crm/opportunity_pipelines', { name: 'raced' });
  made = { ...(await makeAllResources(platform.api, 'raced')), opportunity_pipelines: pipeline.body.id };
});
afterAll(() => platform?.dispose(), 60_000);

test.each(shareOf(patchedRows, 0, 7).map((row) => [row.template, row] as const))(
  'of two writers of %s at once exactly one wins, and the other gets its row, in 200 rounds',
  (template, row) =>
    raceWriters(platform, { api, token }, { ...row, path: fill(template, (noun) => made[noun] ?? '') }, rounds),
);
