import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampNow } from '@bufbuild/protobuf/wkt';
import { NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { ApprovalKind } from '@drippulse/proto/drippulse/journeys/v1/approvals_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type WebhookEvent, WebhookEventSchema } from '@drippulse/proto/drippulse/webhooks/v1/events_pb';
import { eventually } from '@drippulse/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ParsedMail, simpleParser } from 'mailparser';
import { editor, type Harness, startHarness, tester } from './harness.ts';
import { startMailServer } from './mail-server.ts';
import { contacts, json, makeWorkflow } from './workflow.ts';

const minuteMs = 60_000;

let folder: string;
let harness: Harness;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'notices-'));
  harness = await startHarness({ start: false });
  harness.config.mailDir = folder;
  harness.config.publicUrl = 'https://drip.example/';
});
afterEach(async () => {
  await harness.stop();
  await rm(folder, { recursive: true });
});

const member = (userId: bigint, role: Role, more: object = {}) =>
  harness.members.push({ organizationId: 1n, userId, email: `member${userId}@example.com`, role, ...more });

/** Reads the mails in the folder, by receiver. */
async function mails(): Promise<ParsedMail[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml'));
  return Promise.all(names.map(async (name) => simpleParser(await readFile(join(folder, name)))));
}
const receiversOf = (all: readonly ParsedMail[]) =>
  all.flatMap(({ to }) => (to === undefined || Array.isArray(to) ? [] : to.value.map(({ address }) => address))).sort();

async function ask(count: number, config: object = {}, options: { caller?: typeof editor; mode?: Mode } = {}) {
  const { caller = editor, mode = Mode.LIVE } = options;
  const steps = [{ type: 'approval', name: 'Discount <b>?', message: 'Offer {{ email }} a discount?', ...config }];
  const { id: workflowId } = await makeWorkflow(harness, steps, { mode });
  await harness.enrollments(caller).bulkEnroll({ workflowId, contacts: contacts(count, 'canary') });
  await eventually(async () => {
    const { totalCount } = await harness.approvals(caller).listApprovals({ workflowId });
    expect(totalCount).toBe(BigInt(count));
  });
  return workflowId;
}

test('members whose role may decide get one mail about all that waits, and the next after a pause', async () => {
  member(1n, Role.ADMIN, { name: 'Ada\r\nBcc: eve@example.com' });
  member(2n, Role.APPROVER);
  member(3n, Role.EDITOR, { muted: [NotificationTopic.APPROVALS] });
  member(4n, Role.VIEWER);
  member(5n, Role.ADMIN, { organizationId: 2n });
  await harness.startRuntime();
  // This approval causes the first mail. All later approvals are in one later mail, even if they come from many moves.
  await ask(1, { roles: ['approver'] });
  const [first] = await eventually(async () => {
    const found = await mails();
    expect(receiversOf(found)).toEqual(['member2@example.com']);
    return found;
  });
  expect(first?.subject).toBe('1 approval waits for a decision');
  await ask(30, { roles: ['approver', 'admin'] });
  await ask(1, {}, { caller: tester, mode: Mode.TEST });
  await harness.startRuntime();
  harness.pass(9 * minuteMs);
  expect(await mails()).toHaveLength(1);
  harness.pass(minuteMs);
  const found = await eventually(async () => {
    const all = await mails();
    expect(all).toHaveLength(3);
    return all;
  });
  expect(receiversOf(found)).toEqual(['member1@example.com', 'member2@example.com', 'member2@example.com']);
  const mail = found.find(
    ({ subject, to }) => subject?.startsWith('30') && receiversOf([{ to } as ParsedMail])[0] === 'member1@example.com',
  );
  expect(mail?.subject).toBe('30 approvals wait for a decision');
  expect(mail?.text).toContain('And 20 more');
  expect(mail?.text).toContain('https://drip.example/docs/journeys#approvals');
  expect(mail?.html).toContain('Discount &lt;b&gt;? in Welcome');
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.bcc).toBeUndefined();
  // The mail names no contact, because an erasure cannot reach a mailbox.
  expect(JSON.stringify(found)).not.toContain('canary');
});

test('approvals that were decided before the mail are not in it', async () => {
  member(2n, Role.APPROVER);
  await harness.startRuntime();
  await ask(1);
  await eventually(async () => expect(await mails()).toHaveLength(1));
  const workflowId = await ask(2);
  const { approvals } = await harness.approvals().listApprovals({ workflowId });
  await harness.approvals().approveApproval({ id: approvals[0]?.id ?? 0n });
  harness.pass(10 * minuteMs);
  await eventually(async () => expect(await mails()).toHaveLength(2));
  expect((await mails()).map(({ subject }) => subject)).toEqual([
    '1 approval waits for a decision',
    '1 approval waits for a decision',
  ]);
});

test('a preview that changed is mailed about again', async () => {
  member(2n, Role.APPROVER);
  await harness.startRuntime();
  const request = {
    key: 'agents:1:1',
    kind: ApprovalKind.AGENT_ACTION,
    message: 'Send?',
    preview: json({ to: 'a' }),
    expiresAt: timestampNow(),
  };
  request.expiresAt.seconds += 86_400n;
  await harness.approvalRequests().requestApproval(request);
  await eventually(async () => expect(await mails()).toHaveLength(1));
  await harness.approvalRequests().requestApproval({ ...request, preview: json({ to: 'b' }) });
  harness.pass(10 * minuteMs);
  await eventually(async () => expect(await mails()).toHaveLength(2));
});

test('admins get one mail a day about contacts that wait for a quota, and about those that have waited too long', async () => {
  member(1n, Role.ADMIN);
  member(2n, Role.EDITOR);
  member(3n, Role.ADMIN, { muted: [NotificationTopic.BILLING] });
  await harness.startRuntime();
  await harness.entitle({ enrollments: 0 }, { organizationId: 1n });
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }, { type: 'log', message: 'in' }]);
  const form = { ...editor, actor: { type: 'service' as const, id: 'crm' } };
  const come = (name: string) =>
    harness.enrollments(form).bulkEnroll({ workflowId, contacts: json([{ email: `${name}@example.com` }]) });
  const untilMailed = (count: number) =>
    eventually(async () => {
      const found = await mails();
      expect(found).toHaveLength(count);
      return found;
    });
  await come('canary1');
  await come('canary2');
  harness.pass(10 * minuteMs);
  const [first] = await untilMailed(1);
  expect(receiversOf(await mails())).toEqual(['member1@example.com']);
  expect(first?.subject).toBe('2 contacts wait to enter workflows');
  expect(first?.text).toContain('https://drip.example/docs/billing');
  await come('canary3');
  harness.pass(23 * 60 * minuteMs);
  await harness.startRuntime();
  expect(await mails()).toHaveLength(1);
  harness.pass(60 * minuteMs);
  expect((await untilMailed(2)).map(({ subject }) => subject)).toContain('3 contacts wait to enter workflows');
  harness.pass(30 * 24 * 60 * minuteMs);
  await eventually(async () => expect((await harness.usage('enrollments', 1n)).held).toBe(0n));
  harness.pass(10 * minuteMs);
  const all = await untilMailed(3);
  expect(all.map(({ subject }) => subject)).toContain('3 contacts waited too long to enter a workflow');
  expect(JSON.stringify(all)).not.toContain('canary');
});

test('contacts that have entered before the mail are no news', async () => {
  member(1n, Role.ADMIN);
  await harness.startRuntime();
  await harness.entitle({ enrollments: 0 }, { organizationId: 1n });
  const { id: workflowId } = await makeWorkflow(harness, [{ type: 'trigger' }, { type: 'log', message: 'in' }]);
  const form = { ...editor, actor: { type: 'service' as const, id: 'crm' } };
  await harness.enrollments(form).bulkEnroll({ workflowId, contacts: contacts(1, 'quick') });
  await harness.entitle({}, { organizationId: 1n });
  await eventually(async () => expect((await harness.usage('enrollments', 1n)).held).toBe(0n));
  harness.pass(10 * minuteMs);
  const notices = () => harness.db.selectFrom('held_notices').selectAll().execute();
  await eventually(async () => expect(await notices()).toMatchObject([{ held: 0n, due_at: null, sent_at: null }]));
  expect(await mails()).toEqual([]);
});

function disabled(id: string, mode: Mode, ageMs = 0): WebhookEvent {
  return create(WebhookEventSchema, {
    id,
    time: timestampFromMs(Date.now() - ageMs),
    organizationId: 1n,
    sequence: 1n,
    aggregate: 'webhook:7',
    payload: {
      case: 'disabled',
      value: {
        id: 7n,
        url: 'https://hooks.example.com/secret-path',
        eventTypes: ['lead.created'],
        disabledReason: 'gone',
        description: 'To \u202Eour CRM',
        mode,
      },
    },
  });
}

test('admins hear once of a webhook that was disabled, however often its event comes', async () => {
  member(1n, Role.ADMIN);
  member(2n, Role.EDITOR);
  member(3n, Role.ADMIN, { muted: [NotificationTopic.WEBHOOKS] });
  await harness.startRuntime();
  await harness.publishWebhook(disabled('evt_1', Mode.LIVE));
  await harness.publishWebhook(disabled('evt_1', Mode.LIVE));
  await harness.publishWebhook(disabled('evt_2', Mode.TEST));
  await harness.publishWebhook(disabled('evt_old', Mode.LIVE, 25 * 60 * minuteMs));
  await harness.publishWebhook(disabled('evt_3', Mode.LIVE));
  const found = await eventually(async () => {
    const all = await mails();
    expect(all).toHaveLength(2);
    return all;
  });
  expect(receiversOf(found)).toEqual(['member1@example.com', 'member1@example.com']);
  expect(found[0]?.subject).toBe('A webhook to hooks.example.com was disabled');
  expect(found[0]?.text).toContain('410 Gone');
  expect(found[0]?.text).toContain('To \\u{202e}our CRM');
  expect(found[0]?.text).not.toContain('secret-path');
  const { rows } = { rows: await harness.db.selectFrom('mails').selectAll().execute() };
  expect(rows.map(({ status, mail }) => ({ status, mail }))).toEqual([
    { status: 'sent', mail: null },
    { status: 'sent', mail: null },
  ]);
  expect(await harness.db.selectFrom('jobs').select('id').where('kind', '=', 'mail').execute()).toEqual([]);
});

test('a mail that is put off goes out later with the same bytes, and one that is refused is given up', async () => {
  const server = await startMailServer();
  try {
    harness.config.smtpUrl = server.url;
    member(1n, Role.ADMIN);
    member(2n, Role.ADMIN);
    // The server refuses the first mail temporarily, after its content, and the second mail permanently.
    server.refusals.push({ code: 451, message: 'come back later' }, { code: 550, message: 'no such user' });
    await harness.startRuntime();
    await harness.publishWebhook(disabled('evt_1', Mode.LIVE));
    const rows = () => harness.db.selectFrom('mails').selectAll().orderBy('id').execute();
    await eventually(async () =>
      expect(await rows()).toMatchObject([
        { status: 'queued', attempts: 1, error: expect.stringContaining('come back later') },
        { status: 'failed', attempts: 1, error: expect.stringContaining('no such user'), mail: null },
      ]),
    );
    const [stored] = await rows();
    await harness.db.updateTable('jobs').set({ wake_at: new Date() }).where('kind', '=', 'mail').execute();
    await eventually(async () => expect((await rows())[0]).toMatchObject({ status: 'sent', attempts: 2 }));
    expect(server.mails).toHaveLength(1);
    const { message_id: messageId, date } = JSON.parse(stored?.mail ?? '{}');
    expect(server.mails[0]?.parsed).toMatchObject({ messageId, date: new Date(new Date(date).setMilliseconds(0)) });
  } finally {
    // The server can stop only when it has no open connection.
    await harness.stopRuntimes();
    await server.stop();
  }
});

test('without a way for mails nobody is told, and nothing piles up', async () => {
  delete harness.config.mailDir;
  member(1n, Role.ADMIN);
  await harness.startRuntime();
  await harness.publishWebhook(disabled('evt_1', Mode.LIVE));
  await ask(1);
  expect(await harness.db.selectFrom('mails').selectAll().execute()).toEqual([]);
});
