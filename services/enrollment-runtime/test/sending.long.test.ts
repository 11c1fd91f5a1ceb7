import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CapWindow } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { eventually, takesAll } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { days, startMailing } from './mailing.ts';

/** The Saturday before clocks go forward in Berlin. It is night in all four zones. */
const begin = Date.parse('2027-03-27T23:00:00Z');
const zones = [
  { timezone: 'Asia/Kathmandu', morning: '2027-03-28T02:15:00Z' },
  { timezone: 'Europe/Berlin', morning: '2027-03-28T06:00:00Z' },
  { timezone: 'Africa/Lagos', morning: '2027-03-28T07:00:00Z' },
  { timezone: 'UTC', morning: '2027-03-28T08:00:00Z' },
];
const perZone = takesAll ? 500 : 150;
const priorities = [10, 90, 50];
const patience = { timeoutMs: 180_000 };

test(`three workflows write to ${4 * perZone} contacts once a day, the highest priority first, whatever is killed`, async () => {
  const mailing = await startMailing({ runtimes: 1, leaseMs: 2_000 });
  const { harness, server } = mailing;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-sending-'));
  const shiftFile = path.join(folder, 'shift');
  const children: ChildProcess[] = [];
  const moveTo = (time: number) => writeFileSync(shiftFile, String(time - Date.now()));
  const startChild = () => {
    const file = fileURLToPath(new URL('child-sender.ts', import.meta.url));
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      TEST_CONFIG: JSON.stringify(harness.config),
      TEST_SHIFT: shiftFile,
    };
    const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    children.push(child);
    return child;
  };
  try {
    const organization = mailing.newOrganization();
    const { organizationId } = organization;
    await organization.rules({
      quietHours: [{ from: '21:00', to: '08:00', days: [] }],
      caps: [{ id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING }],
    });
    mailing.pass(begin - Date.now());
    const workflows: bigint[] = [];
    for (const priority of priorities) {
      const workflow = await organization.mailing({ priority, subject: `of ${priority}` });
      workflows.push(workflow);
      for (const { timezone } of zones) {
        const emails = Array.from({ length: perZone }, (_, index) => addressOf(timezone, index));
        await organization.enroll(workflow, emails, timezone);
      }
    }
    const count = async (condition: ReturnType<typeof sql>) => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from sends where organization_id = ${organizationId} and ${condition}`.execute(
        harness.db,
      );
      return rows[0]?.count;
    };
    await eventually(
      async () => expect(await count(sql`rule = 'quiet_hours'`)).toBe(3 * zones.length * perZone),
      patience,
    );
    await harness.stopRuntimes();
    expect(server.mails).toEqual([]);

    moveTo(begin);
    const pair = [startChild(), startChild()];
    for (const [index, { timezone, morning }] of zones.entries()) {
      const own = () => server.mails.filter(({ to }) => to[0]?.startsWith(nameOf(timezone)));
      // One minute before the morning, nobody gets a mail. A minute later, after the spread, everybody has one.
      moveTo(Date.parse(morning) - 60_000);
      await eventually(async () => expect(await count(sql`status = 'sending'`)).toBe(0), patience);
      expect(own()).toEqual([]);
      moveTo(Date.parse(morning) + 60_000);
      const place = index % 2;
      const victim = pair[place];
      if (index < 2 && victim !== undefined) {
        await eventually(() => expect(own().length).toBeGreaterThan(perZone / 5), patience);
        victim.kill('SIGKILL');
        await once(victim, 'exit');
        pair[place] = startChild();
      }
      await eventually(() => expect(new Set(own().map(({ to }) => to[0])).size).toBe(perZone), patience);
    }
    const held = sql`status = 'held' and rule = 'cap:daily' and lost_to_workflow_id = ${workflows[1]} and priority < 90`;
    await eventually(async () => expect(await count(held)).toBe(2 * zones.length * perZone), patience);
    // A mail of a killed process is sent again when its lease has ended.
    const sent = sql`status = 'sent' and priority = 90`;
    await eventually(async () => expect(await count(sent)).toBe(zones.length * perZone), patience);

    const bytes = new Map<string, Set<string>>();
    for (const { parsed, raw } of server.mails) {
      const id = parsed.messageId ?? '';
      bytes.set(id, (bytes.get(id) ?? new Set()).add(raw));
      expect(parsed.subject).toBe('of 90');
    }
    expect(bytes.size).toBe(zones.length * perZone);
    for (const repeats of bytes.values()) expect(repeats.size).toBe(1);
    console.info(`${server.mails.length - bytes.size} repeats after two kills`);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await mailing.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);

function nameOf(timezone: string): string {
  return timezone.replace('/', '-').toLowerCase();
}

function addressOf(timezone: string, index: number): string {
  return `${nameOf(timezone)}.${index}@example.org`;
}
