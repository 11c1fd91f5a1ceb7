import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type RunningPlatform, startLayout } from '@drippulse/harness';
import { startEmbeddedPostgres } from '@drippulse/servers';
import { eventually } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { expect, test } from '@jest/globals';

const disk = mountDisk();

if ('unavailable' in disk) notRun(disk);
else {
  test('on a full disk the platform answers 503, and all is normal without a restart once there is room', async () => {
    const { dataDir } = disk;
    const platform = await startLayout('start', { dataDir, env: { ADMIN_PASSWORD: 'a password for the disk' } });
    try {
      const { pid } = platform;
      const ballast = path.join(dataDir, 'ballast');
      spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k']);
      const refused = await eventually(() => refusedWrite(platform), { timeoutMs: 120_000 });
      expect(refused.headers.get('retry-after')).not.toBeNull();
      // Log lines that the disk does not take do not end the process.
      for (let round = 0; round < 500; round++) await platform.api.get('/api/v1/workflows?limit=1');
      expect((await fetch(`${platform.opsUrl}/live`)).status).toBe(200);
      rmSync(ballast);
      await eventually(async () => expect((await createWorkflow(platform)).status).toBe(201), { timeoutMs: 120_000 });
      expect(process.kill(pid, 0)).toBe(true);
      expect((await fetch(`${platform.opsUrl}/ready`)).status).toBe(200);
    } finally {
      await platform.stop();
      execFileSync('umount', [dataDir]);
      rmdirSync(dataDir);
    }
  }, 300_000);
}

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

/** A file system of its own, large enough for a new database and for little more. */
function mountDisk(): { dataDir: string } | { unavailable: string } {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'drippulse-disk-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m,mode=0755', 'tmpfs', dataDir], {
    encoding: 'utf8',
  });
  if (status === 0) return { dataDir };
  rmSync(dataDir, { recursive: true });
  return { unavailable: `A full disk needs the right to mount one (${stderr.trim()}).` };
}
