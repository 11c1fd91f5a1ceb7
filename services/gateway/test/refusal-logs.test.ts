import { eventually } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { openSocket } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { layouts, type Probe, startProbe } from './probe/start-probe.ts';

const refusals = 200;
/**
 * Maximum number of log lines. There is one line for the first refusal, and one for each interval that passes; the test
 * takes far fewer intervals than this.
 */
const mostLines = refusals / 10;

/** Returns the levels of the log lines about requests. */
function levelsOf(lines: readonly string[]): string[] {
  return lines.map((line) => JSON.parse(line)).flatMap(({ level, msg }) => (msg === 'rpc port open' ? [] : [level]));
}

async function untilLogged(probe: Probe, count: number): Promise<void> {
  await eventually(() => expect(probe.answered).toHaveLength(count));
}

test.each(layouts.flatMap((layout) => ['unavailable', 'unavailable_status'].map((fail) => [layout, fail] as const)))(
  '%s: any number of refusals (%s) is a bounded number of lines, and none is an error',
  async (layout, fail) => {
    await using probe = await startProbe(layout);
    for (let index = 0; index < refusals; index++) {
      const { status } = await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n', fail } });
      expect(status).toBe(503);
    }
    await untilLogged(probe, refusals);
    for (const lines of [probe.loggedByGateway, probe.logged]) {
      expect(new Set(levelsOf(lines))).toEqual(new Set(['warn']));
      expect(levelsOf(lines).length).toBeLessThan(mostLines);
    }
  },
);

test('so it is when a stranger is refused because others have all the room', async () => {
  const strangers = { bodyBytes: { ofEach: 10, ofAll: 10 } };
  await using probe = await startProbe('in memory', { holdings: { strangers }, trustedProxies: ['127.0.0.1'] });
  const holder = await openSocket(
    probe,
    'POST /probe/raw HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nContent-Length: 11\r\n\r\n0123456789',
  );
  const stranger = () => send(probe, 'POST', '/probe/raw', { role: '', raw: 'too much' });
  await eventually(async () => expect((await stranger()).json).toMatchObject({ error: 'busy' }));
  for (let index = 0; index < refusals; index++) expect((await stranger()).status).toBe(503);
  holder.destroy();
  await eventually(() => expect(levelsOf(probe.loggedByGateway)).toContain('warn'));
  expect(levelsOf(probe.loggedByGateway)).not.toContain('error');
  expect(levelsOf(probe.loggedByGateway).filter((level) => level === 'warn').length).toBeLessThan(mostLines);
});

test.each(layouts)('%s: each defect is an error, with its stack where it happened', async (layout) => {
  await using probe = await startProbe(layout);
  for (let index = 0; index < 3; index++) {
    await send(probe, 'POST', '/api/v1/probe/echo/1', { body: { name: 'n', fail: 'bug' } });
  }
  await untilLogged(probe, 3);
  for (const lines of [probe.loggedByGateway, probe.logged]) {
    expect(levelsOf(lines)).toEqual(['error', 'error', 'error']);
  }
  expect(probe.logged.join()).toContain('probe-service.ts');
});
