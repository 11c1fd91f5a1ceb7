import { createSealer } from '@drippulse/db';
import { CapWindow } from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { eventually } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { decideSends } from '../src/messaging/ledger/decide-sends.ts';
import { settleSends } from '../src/messaging/ledger/settle-sends.ts';
import type { SendRequest } from '../src/messaging/send-request.ts';
import { days, startMailing } from './mailing.ts';

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 1 });
});
afterAll(() => mailing.stop());

function newLedger() {
  const sealer = createSealer(Buffer.alloc(32).toString('base64'));
  return { db: mailing.harness.connect(10), dbNow: sql<Date>`now()`, config: mailing.harness.config, sealer };
}

test('of sends that ask at once, and that no process has planned, as many go as the cap allows', async () => {
  const { organizationId, rules } = mailing.newOrganization();
  await rules({ caps: [{ id: 'daily', limit: 2, per: days(1), window: CapWindow.ROLLING }] });
  const ctx = newLedger();
  const sendOf = (contact: number, turn: number): SendRequest => ({
    ...{ key: `race:${contact}:${turn}`, organizationId, workflowId: 1n, enrollmentId: BigInt(turn), stepId: 'mail' },
    ...{ mode: 'live', channel: 'email', to: `c${contact}@example.org`, leadRef: null, timezone: 'UTC' },
    ...{ class: 'marketing', category: null, priority: 50, onCapped: 'hold', plannedAt: new Date(), expiresAt: null },
  });
  const sends = Array.from({ length: 20 }, (_, contact) => [1, 2, 3, 4, 5].map((turn) => sendOf(contact, turn))).flat();
  const verdicts = await Promise.all(sends.map(async (send) => ({ send, made: await decideSends(ctx, [send]) })));
  const granted = verdicts.filter(({ send, made }) => made.get(send.key)?.decision.kind === 'send');
  const byContact = Map.groupBy(granted, ({ send }) => send.to);
  expect([...byContact.values()].map((own) => own.length)).toEqual(Array(20).fill(2));
});

const sendTo = (to: string, organizationId: bigint, priority: number): SendRequest => ({
  ...{ key: `${to}:${priority}`, organizationId, workflowId: 1n, enrollmentId: BigInt(priority), stepId: 'mail' },
  ...{ mode: 'live', channel: 'email', to, leadRef: null, timezone: 'UTC', class: 'marketing', category: null },
  ...{ priority, onCapped: 'hold', plannedAt: new Date(), expiresAt: null },
});

test('a send that is tried again counts for a better one that asks in the same transaction', async () => {
  const { organizationId, rules } = mailing.newOrganization();
  await rules({ caps: [{ id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING }] });
  const ctx = newLedger();
  const [tried, better] = [10, 90].map((priority) => sendTo('again@example.org', organizationId, priority));
  if (tried === undefined || better === undefined) throw new Error('two were made');
  await decideSends(ctx, [tried]);
  // The first attempt of the send may have reached the mail server, so the send keeps its place.
  const made = await decideSends(ctx, [tried, better]);
  const kindOf = ({ key }: SendRequest) => made.get(key)?.decision;
  expect([kindOf(tried), kindOf(better)]).toMatchObject([
    { kind: 'send' },
    { kind: 'hold', rule: 'cap:daily', lostTo: { enrollmentId: 10n } },
  ]);
});

test.each([
  [true, 'hold'],
  [false, 'send'],
])(
  'a send that ended without an attempt keeps its place (%s) when one may have been made',
  async (keepsPlace, kind) => {
    const { organizationId, rules } = mailing.newOrganization();
    await rules({ caps: [{ id: 'daily', limit: 1, per: days(1), window: CapWindow.ROLLING }] });
    const ctx = newLedger();
    const [cut, next] = [10, 20].map((priority) => sendTo(`${kind}@example.org`, organizationId, priority));
    if (cut === undefined || next === undefined) throw new Error('two were made');
    await decideSends(ctx, [cut]);
    const ended = {
      organizationId,
      key: cut.key,
      status: 'skipped' as const,
      reason: 'a goal',
      dueAt: null,
      keepsPlace,
    };
    const freed = await ctx.db.kysely.transaction().execute((trx) => settleSends(trx, [ended], new Date()));
    expect(freed).toHaveLength(keepsPlace ? 0 : 1);
    expect((await decideSends(ctx, [next])).get(next.key)?.decision).toMatchObject({ kind });
  },
);

test('a suppression also waits for a mail whose run was paused or removed while it was on its way', async () => {
  const organization = mailing.newOrganization();
  const { caller, organizationId } = organization;
  const workflowId = await organization.mailing();
  const all = ['paused', 'removed'].map((name) => `${name}.${organizationId}@example.org`);
  mailing.server.pace.delayMs = 1_500;
  const [paused = 0n, removed = 0n] = await organization.enroll(workflowId, all);
  await eventually(async () => {
    const { rows } = await sql`
      select from sends where organization_id = ${organizationId} and status = 'sending'`.execute(mailing.harness.db);
    expect(rows).toHaveLength(2);
  });
  await mailing.harness.enrollments(caller).pauseEnrollment({ workflowId, id: paused });
  await mailing.harness.enrollments(caller).deleteEnrollment({ workflowId, id: removed });
  const answered = await Promise.all(
    all.map(async (email) => {
      await mailing.harness.suppressions(caller).createSuppression({ email, reason: 1 });
      return organization.mailsTo(email).length;
    }),
  );
  mailing.server.pace.delayMs = 0;
  expect(answered).toEqual([1, 1]);
});
