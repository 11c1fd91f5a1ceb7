import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventually, mountSmallDisk } from '@drippulse/testing';
import { testUnlessUnavailable } from '@drippulse/testing/not-run';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogWriter } from '../src/log-writer.ts';
import { processMetrics } from '../src/process-metrics.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const line = (number: number) => `${JSON.stringify({ number, text: 'x'.repeat(100) })}\n`;

async function droppedLines(): Promise<number> {
  const text = await processMetrics.getSingleMetricAsString('drippulse_log_lines_dropped_total');
  return Number(/^drippulse_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

test('a file that is full is renamed while it is written, few former ones stay, and no line is lost or torn', async () => {
  const file = path.join(folder, 'logs', 'a.log');
  const log = createLogWriter({ file, maxBytes: 20_000, kept: 2 });
  const files = () => readdirSync(path.dirname(file)).sort();
  for (let number = 0; number < 2000; number++) log.write(line(number));
  const texts = await eventually(() => {
    const found = files().map((name) => readFileSync(path.join(path.dirname(file), name), 'utf8'));
    expect(found.join('')).toContain('"number":1999,');
    return found;
  });
  for (let number = 2000; number < 2400; number++) log.write(line(number));
  await eventually(() => expect(files()).toEqual(['a.log', 'a.log.1', 'a.log.2']));
  for (const each of texts.join('').trimEnd().split('\n')) expect(() => JSON.parse(each)).not.toThrow();
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('a disk without room neither ends nor stops the process, its lines are counted, and it ends as it should', () => {
  const program = `
    import { createLogger, openLogFile, processMetrics } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
    const log = createLogger({ destination: openLogFile('/dev/full') });
    for (let number = 0; number < 30_000; number++) {
      log.info({ number }, 'x'.repeat(50));
      if (number % 1000 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    console.log(await processMetrics.getSingleMetricAsString('drippulse_log_lines_dropped_total'));
    process.exitCode = 7;`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 60_000,
  });
  expect([status, String(stderr)]).toEqual([7, '']);
  expect(String(stdout)).toMatch(/^drippulse_log_lines_dropped_total [1-9]\d+$/m);
});

const smallDisk = mountSmallDisk('64k');
afterAll(() => {
  if (!('unavailable' in smallDisk)) smallDisk.unmount();
});

testUnlessUnavailable(
  smallDisk,
  'once there is room again, lines are written whole, without a restart',
  async (disk) => {
    const ballast = path.join(disk.folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(48 * 1024));
    const file = path.join(disk.folder, 'a.log');
    const log = createLogWriter({ file, maxBytes: 100_000_000, kept: 1 });
    const before = await droppedLines();
    for (let number = 0; number < 200; number++) log.write(line(number));
    await eventually(() => expect(statSync(file).size).toBeGreaterThan(0));
    for (let number = 200; number < 12_000; number++) log.write(line(number));
    expect(await droppedLines()).toBeGreaterThan(before);
    disk.resize('8m');
    rmSync(ballast);
    const text = await eventually(() => {
      const found = readFileSync(file, 'utf8');
      expect(found.length).toBeGreaterThan(1_000_000);
      return found;
    });
    log.write(line(99_999));
    await eventually(() => expect(readFileSync(file, 'utf8')).toContain('"number":99999,'));
    const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
    expect(lines.map((each) => JSON.parse(each).number)).toEqual(lines.map((_, index) => index));
  },
);
