import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startMailing } from './mailing.ts';
import { sendgridReport, standardReport } from './reports.ts';
import { refusal } from './workflow.ts';

const secret = randomBytes(32);
const sendgrid = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const forger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let mailing: Awaited<ReturnType<typeof startMailing>>;
beforeAll(async () => {
  mailing = await startMailing({ runtimes: 0 });
  Object.assign(mailing.harness.config, { bounceSecret: secret, sendgridKey: sendgrid.publicKey });
  await mailing.harness.startRuntime();
});
afterAll(() => mailing.stop());

let people = 0;

/** Sends a mail. Returns it, and a function that reads the reports that its enrollment shows. */
async function sentMail() {
  people += 1;
  const organization = mailing.newOrganization();
  const email = `reported${people}@example.org`;
  const workflow = await organization.mailing();
  const [id = 0n] = await organization.enroll(workflow, [email]);
  await organization.lineOf(workflow, id, /^Sent/);
  return {
    messageId: organization.mailsTo(email)[0]?.parsed.messageId,
    events: async () => (await organization.read(workflow, id)).nurtureEvents.map(({ type }) => type),
  };
}

type Signed = ReturnType<typeof standardReport>;

/** Returns a report with some headers replaced or removed. */
function withHeaders({ request, options }: Signed, headers: Record<string, string>): Signed {
  return { request, options: { headers: { ...options.headers, ...headers } } };
}

const report = ({ request, options }: Signed) => mailing.harness.bounces.reportBounces(request, options);
const refusalOf = (signed: Signed) => refusal(report(signed));
/** Returns the time against which reports are checked, in seconds. */
const now = () => Math.floor(Date.now() / 1_000);

const unsigned = 'unauthenticated invalid_signature';
const stale = 'malformed stale_signature';
const sendgridSignature = 'x-twilio-email-event-webhook-signature';
const sendgridTime = 'x-twilio-email-event-webhook-timestamp';

/** Reports of one mail in the form of each sender, signed as that sender signs reports. */
const senders = {
  standard: (messageId: string | undefined) => {
    const body = { type: 'bounce', message_id: messageId };
    return (more: { at?: number | string; key?: Buffer } = {}) =>
      standardReport(body, { key: secret, at: now(), id: `msg_${messageId}`, ...more });
  },
  sendgrid: (messageId: string | undefined) => {
    const body = [{ event: 'bounce', sg_event_id: `event_${messageId}`, 'smtp-id': messageId }];
    return (more: Partial<Parameters<typeof sendgridReport>[1]> = {}) =>
      sendgridReport(body, { key: sendgrid.privateKey, at: now(), ...more });
  },
};

test('a report of SendGrid that is forged, stale, of the future, of another encoding or unsigned is refused, and the right one is taken after it', async () => {
  const mail = await sentMail();
  const signed = senders.sendgrid(mail.messageId);
  const cases: [string, Signed, string][] = [
    ['signed by another', signed({ key: forger.privateKey }), unsigned],
    ['of 310 seconds ago', signed({ at: now() - 310 }), stale],
    ['of 310 seconds ahead', signed({ at: now() + 310 }), stale],
    ['of no time', signed({ at: '' }), stale],
    ['of a time in another form', signed({ at: `${now()}.5` }), stale],
    ['of a time in milliseconds', signed({ at: Date.now() }), stale],
    ['with another time than the signed one', withHeaders(signed(), { [sendgridTime]: String(now() - 1) }), unsigned],
    ['in the encoding of P1363', signed({ encoding: 'ieee-p1363' }), unsigned],
    ['with a signature that is cut', withHeaders(signed(), { [sendgridSignature]: 'MEUCIQ' }), unsigned],
    ['with random bytes', withHeaders(signed(), { [sendgridSignature]: randomBytes(70).toString('base64') }), unsigned],
    ['with a signature that is no base64', withHeaders(signed(), { [sendgridSignature]: '!' }), unsigned],
    ['without a signature', withHeaders(signed(), { [sendgridSignature]: '' }), unsigned],
  ];
  for (const [what, one, answer] of cases) expect([what, await refusalOf(one)]).toEqual([what, answer]);
  expect(await mail.events()).toEqual([]);
  expect(await report(signed({ at: now() - 290 }))).toMatchObject({ accepted: 1, duplicate: false });
  expect(await report(signed({ at: now() + 290 }))).toMatchObject({ accepted: 0, duplicate: true });
  expect(await mail.events()).toEqual(['bounce']);
});

test('a report of Standard Webhooks that is forged, stale, of the future or unsigned is refused, and the right one is taken after it', async () => {
  const mail = await sentMail();
  const signed = senders.standard(mail.messageId);
  const given = signed().options.headers['webhook-signature'] ?? '';
  const cases: [string, Signed, string][] = [
    ['signed by another', signed({ key: randomBytes(32) }), unsigned],
    ['signed with an empty key', signed({ key: Buffer.alloc(0) }), unsigned],
    ['of 310 seconds ago', signed({ at: now() - 310 }), stale],
    ['of 310 seconds ahead', signed({ at: now() + 310 }), stale],
    ['of no time', signed({ at: '' }), stale],
    ['of a time in another form', signed({ at: '17e8' }), stale],
    ['with another time than the signed one', withHeaders(signed(), { 'webhook-timestamp': '1700000000' }), unsigned],
    ['with another id than the signed one', withHeaders(signed(), { 'webhook-id': 'other' }), unsigned],
    ['of another version', withHeaders(signed(), { 'webhook-signature': given.replace('v1,', 'v1a,') }), unsigned],
    ['with a signature that is cut', withHeaders(signed(), { 'webhook-signature': given.slice(0, 20) }), unsigned],
    ['without a signature', withHeaders(signed(), { 'webhook-signature': '' }), unsigned],
  ];
  for (const [what, one, answer] of cases) expect([what, await refusalOf(one)]).toEqual([what, answer]);
  expect(await mail.events()).toEqual([]);
  // One valid signature among several suffices, for example while a secret is replaced.
  const both = signed({ at: now() - 290 });
  const older = `v1,${randomBytes(32).toString('base64')} ${both.options.headers['webhook-signature']}`;
  expect(await report(withHeaders(both, { 'webhook-signature': older }))).toMatchObject({ accepted: 1 });
  expect(await report(signed({ at: now() + 290 }))).toMatchObject({ accepted: 0, duplicate: true });
  expect(await mail.events()).toEqual(['bounce']);
});

test('of a report that was signed for one sender nothing counts for the other', async () => {
  const mail = await sentMail();
  const [standard, events] = [senders.standard(mail.messageId)(), senders.sendgrid(mail.messageId)()];
  const asSendgrid = { [sendgridTime]: String(now()), [sendgridSignature]: randomBytes(70).toString('base64') };
  expect(await refusalOf(withHeaders(standard, asSendgrid))).toBe(unsigned);
  expect(await refusalOf({ ...events, options: standard.options })).toBe(unsigned);
  expect(await mail.events()).toEqual([]);
});

/** Makes megabytes of reports that a sender with the right key may send. The random bytes derive from the seed. */
function garbage(): [string, Buffer][] {
  const size = 1 << 20;
  const { below } = createRandom(testSeed('megabytes of garbage'));
  const random = Buffer.from(Uint8Array.from({ length: size }, () => below(256)));
  const text = (value: string) => Buffer.from(value);
  return [
    ['random bytes', random],
    ['NULs', Buffer.alloc(size)],
    ['bytes that are no UTF-8', Buffer.alloc(size, 0xff)],
    ['brackets', Buffer.alloc(size, '[')],
    ['a document that is not closed', text(`{"type":"bounce","message_id":"${'m'.repeat(size)}`)],
    ['one number', Buffer.alloc(size, '9')],
    ['an id of a megabyte', text(JSON.stringify({ type: 'bounce', message_id: 'm'.repeat(size) }))],
    ['a member of its own', text(JSON.stringify({ ['x'.repeat(size)]: 1 }))],
  ];
}

test.each(garbage())(
  'a megabyte of %s with a right signature gets a clear answer, and the next report is taken',
  async (_, data) => {
    const mail = await sentMail();
    const clear = /^(malformed (malformed_json|not_an_array|too_deep)|invalid validation_failed)$/;
    const id = `msg_${mail.messageId}`;
    expect(await refusalOf(standardReport(data, { key: secret, at: now(), id }))).toMatch(clear);
    expect(await refusalOf(sendgridReport(data, { key: sendgrid.privateKey, at: now() }))).toMatch(clear);
    expect(await mail.events()).toEqual([]);
    // The refused reports did not mark any id as processed.
    expect(await report(senders.standard(mail.messageId)())).toMatchObject({ accepted: 1, duplicate: false });
    expect(await report(senders.sendgrid(mail.messageId)())).toMatchObject({ accepted: 1, duplicate: false });
  },
);

test('a reason of a megabyte is kept as far as it is read, and events that are none leave the others', async () => {
  const [mail, other] = [await sentMail(), await sentMail()];
  const reason = `${'\u{1F4EE}'.repeat(300)}\r\n${'x'.repeat(1 << 20)}`;
  const own = standardReport({ type: 'bounce', message_id: mail.messageId, reason }, { key: secret, at: now() });
  expect(await report(own)).toMatchObject({ accepted: 1 });
  const events = [
    ...Array.from({ length: 20_000 }, (_, index) => ({ event: 'x'.repeat(40), at: index })),
    { event: 'spamreport', sg_event_id: 'last', 'smtp-id': other.messageId },
  ];
  const many = sendgridReport(events, { key: sendgrid.privateKey, at: now() });
  expect(await report(many)).toMatchObject({ accepted: 1, ignored: 20_000 });
  expect([await mail.events(), await other.events()]).toEqual([['bounce'], ['complaint']]);
});
