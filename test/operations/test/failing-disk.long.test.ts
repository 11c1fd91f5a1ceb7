import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { startEmbeddedPostgres } from '@drippulse/servers';
import { eventually, mountSmallDisk } from '@drippulse/testing';
import { testUnlessUnavailable } from '@drippulse/testing/not-run';
import { afterAll, expect, test } from '@jest/globals';

// Size of the disk, which has room for a new database and little more.
const smallDisk = mountSmallDisk('300m');
afterAll(() => {
  if (!('unavailable' in smallDisk)) smallDisk.unmount();
});

testUnlessUnavailable(
  smallDisk,
  'on a full disk the platform answers 503, and all is normal without a restart once there is room',
  async (disk) => {
    const platform = await startLayout('start', { dataDir: disk.folder });
    try {
      const ballast = path.join(disk.folder, 'ballast');
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
      const refused = await eventually(() => refusedWrite(platform), { timeoutMs: 120_000 });
      expect(refused.headers.get('retry-after')).not.toBeNull();
      // Log lines that do not fit on the disk must not end the process.
      for (let round = 0; round < 500; round++) await platform.api.get('/api/v1/workflows?limit=1');
      expect((await fetch(`${platform.opsUrl}/live`)).status).toBe(200);
      rmSync(ballast);
      await eventually(async () => expect((await createWorkflow(platform)).status).toBe(201), { timeoutMs: 120_000 });
      expect(process.kill(platform.pid, 0)).toBe(true);
      expect((await fetch(`${platform.opsUrl}/ready`)).status).toBe(200);
    } finally {
      await platform.stop();
    }
  },
  300_000,
);

test('an embedded PostgreSQL that does not start again ends the platform with a sentence', async () => {
  const platform = await startLayout('start');
  const dataDir = path.join(platform.dataDir, 'postgres');
  try {
    const server = await startEmbeddedPostgres({ dataDir });
    await server.stop();
    await eventually(async () => expect((await platform.api.get('/api/v1/workflows')).status).toBe(200), {
      timeoutMs: 60_000,
    });
    const again = await startEmbeddedPostgres({ dataDir });
    expect(again.pid).not.toBe(server.pid);
    renameSync(path.join(dataDir, 'global'), path.join(dataDir, 'global.away'));
    process.kill(again.pid, 'SIGKILL');
    await eventually(() => expect(platform.output()).toMatch(/PostgreSQL ended, and \d starts within ten minutes/), {
      timeoutMs: 200_000,
    });
    expect(await platform.stop()).toBe(1);
  } finally {
    renameSync(path.join(dataDir, 'global.away'), path.join(dataDir, 'global'));
    await platform.dispose();
  }
}, 300_000);

function createWorkflow(platform: RunningPlatform) {
  return platform.api.post('/api/v1/workflows', {
    name: `A workflow ${'x'.repeat(200)}`,
    steps: [{ type: 'trigger', name: 'Start' }],
  });
}

async function refusedWrite(platform: RunningPlatform) {
  const answer = await createWorkflow(platform);
  expect(answer.status).toBe(503);
  return answer;
}
