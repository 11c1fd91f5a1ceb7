import { CrmCustomFieldType } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { CrmLeadStatus } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { Caller } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { found } from './collections.ts';
import { editor, type Harness, startHarness, stranger } from './harness.ts';
import { refusal } from './refusal.ts';
import { upload } from './transfers.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.stop());

type Options = { caller?: Caller; contentType?: string; dryRun?: boolean };

async function importContacts(file: string | Uint8Array, options: Options = {}) {
  const reached = harness.contacts(options.caller ?? editor);
  return found((await reached.importCrmContactsCsv(upload(file, { ...options, pieceBytes: 7 }))).import);
}

async function importLeads(file: string, options: Options = {}) {
  return found(
    (await harness.leads(options.caller ?? editor).importCrmLeadsCsv(upload(file, { ...options, pieceBytes: 7 })))
      .import,
  );
}

async function contactBy(email: string, caller = editor) {
  const { contacts } = await harness.contacts(caller).listCrmContacts({ email });
  expect(contacts).toHaveLength(1);
  return found(contacts[0]);
}

const problems = ({ errors }: { errors: { row: bigint; field: string; message: string }[] }) =>
  errors.map(({ row, field, message }) => `${row} ${field}: ${message}`);

test('a file makes records once: the second time it changes nothing', async () => {
  const file = 'Email,First Name,custom.seats\r\nann@example.com,"Ann, ""A"" \u{1f600}",4\r\nbob@example.com,Bob,\r\n';
  expect(await importContacts(file)).toMatchObject({ created: 2n, updated: 0n, failed: 0n, errors: [] });
  const { totalCount } = await harness.changes(editor).listCrmChangeEvents({});
  expect(await importContacts(file)).toMatchObject({ created: 0n, updated: 0n, unchanged: 2n });
  expect((await harness.changes(editor).listCrmChangeEvents({})).totalCount).toBe(totalCount);
  expect((await contactBy('ann@example.com')).firstName).toBe('Ann, "A" \u{1f600}');
});

test('rows that differ in their content only are created once too', async () => {
  const file = 'kind,subject\nnote,Met at the fair\ncall,Met at the fair\n';
  const send = async () =>
    found((await harness.activities(editor).importCrmActivitiesCsv(upload(file, { pieceBytes: 7 }))).import);
  expect(await send()).toMatchObject({ created: 2n });
  expect(await send()).toMatchObject({ created: 0n, unchanged: 2n });
});

test('a row changes whom its public id, its id elsewhere or its mail address names', async () => {
  const { contact } = await harness.contacts(editor).createCrmContact({ email: 'Cara@example.com', title: 'CTO' });
  const { publicId } = found(contact);
  expect(await importContacts(`public_id,last_name\n${publicId},Ray\n`)).toMatchObject({ updated: 1n });
  expect(await importContacts('email,external_system,external_id\ncara@EXAMPLE.com,hub,7\n')).toMatchObject({
    updated: 1n,
  });
  expect(await importContacts('external_system,external_id,phone\nhub,7,+49 1\n')).toMatchObject({ updated: 1n });
  expect(await contactBy('cara@example.com')).toMatchObject({
    publicId,
    lastName: 'Ray',
    phone: '+49 1',
    title: 'CTO',
    externalId: '7',
  });
});

test('somebody who has another id elsewhere is somebody else, whatever the address', async () => {
  await importContacts('email,external_id\nshared@example.com,1\n');
  expect(await importContacts('email,external_id\nshared@example.com,2\n')).toMatchObject({ created: 1n });
});

test('one person twice in a file is one record, as the later row has it', async () => {
  const file = 'email,title\ndora@example.com,First\nDora@example.com,Second\n';
  expect(await importContacts(file)).toMatchObject({ created: 1n, updated: 1n });
  expect((await contactBy('dora@example.com')).title).toBe('Second');
});

test('an empty cell leaves what is there', async () => {
  await importContacts('email,title\neve@example.com,CEO\n');
  expect(await importContacts('email,title\neve@example.com,\n')).toMatchObject({ unchanged: 1n });
  expect((await contactBy('eve@example.com')).title).toBe('CEO');
});

test('own fields come one by one or as JSON, in the type that they have', async () => {
  const field = { recordType: 'contact', key: 'score', type: CrmCustomFieldType.NUMBER };
  await harness.customFields(stranger).createCrmCustomField(field);
  const own = { caller: stranger };
  await importContacts('email,custom\nfay@example.com,"{""vip"":true,""score"":1.10}"\n', own);
  await importContacts('email,custom.score,custom.note\nfay@example.com,2.50,hi\n', own);
  const { custom } = await contactBy('fay@example.com', stranger);
  expect(new TextDecoder().decode(custom)).toBe('{"vip":true,"score":2.50,"note":"hi"}');
  expect(problems(await importContacts('email,custom.score\nfay@example.com,many\n', own))).toEqual([
    '2 custom.score: must be a number',
  ]);
});

test('links are by public id, to records of the organization alone', async () => {
  const own = found((await harness.accounts(editor).createCrmAccount({ name: 'Acme' })).account);
  const foreign = found((await harness.accounts(stranger).createCrmAccount({ name: 'Theirs' })).account);
  const file = `email,account_id\ngus@example.com,${own.publicId}\nhal@example.com,${foreign.publicId}\nivy@example.com,${foreign.id}\n`;
  const result = await importContacts(file);
  expect(result).toMatchObject({ created: 1n, failed: 2n });
  expect(problems(result)).toEqual([
    '3 account_id: names no account that is there or stands earlier in the upload',
    '4 account_id: names no account that is there or stands earlier in the upload',
  ]);
  expect((await contactBy('gus@example.com')).accountId).toBe(own.id);
});

test('rows that are refused say where and why, and the others go in', async () => {
  const file =
    'email,status,score\nfine@example.com,working,0.5\nno address,new,1\nx@example.com,odd,1\ny@example.com,new,much\n';
  const result = await importLeads(file);
  expect(result).toMatchObject({ created: 1n, failed: 3n });
  expect(result.errors.map(({ collection, row, field }) => `${collection} ${row} ${field}`)).toEqual([
    'leads 3 email',
    'leads 4 status',
    'leads 5 score',
  ]);
  const { leads } = await harness.leads(editor).listCrmLeads({ email: 'fine@example.com' });
  expect(leads[0]).toMatchObject({ status: CrmLeadStatus.WORKING, score: 0.5 });
});

test('a dry run says the same and writes nothing', async () => {
  const answer = await importContacts('email\ndry@example.com\nno address\n', { dryRun: true });
  expect(answer).toMatchObject({ created: 1n, failed: 1n, dryRun: true });
  expect((await harness.contacts(editor).listCrmContacts({ email: 'dry@example.com' })).contacts).toEqual([]);
});

test.each([
  ['semicolons', 'email;title\njo@example.com;"a;b"\n'],
  ['tabs', 'email\ttitle\njo@example.com\ta;b\n'],
  ['lone carriage returns', 'email,title\rjo@example.com,a;b\r'],
  ['no line end at the end', 'email,title\njo@example.com,a;b'],
  ['empty lines', '\n\nemail,title\n\njo@example.com,a;b\n\n'],
  ['a byte order mark', '\ufeffemail,title\njo@example.com,a;b\n'],
  ['UTF-16, as spreadsheets save text', Buffer.from('\ufeffemail\ttitle\r\njo@example.com\ta;b\r\n', 'utf16le')],
])('a file with %s is read', async (_name, file) => {
  await importContacts('email,title\njo@example.com,other\n');
  expect(await importContacts(file)).toMatchObject({ updated: 1n, failed: 0n });
  expect((await contactBy('jo@example.com')).title).toBe('a;b');
});

test('Latin-1 is read when the content type says so, and refused in words when not', async () => {
  const file = Buffer.from('email,first_name\nkim@example.com,J\xfcrgen\n', 'latin1');
  expect(await refusal(importContacts(file))).toMatchObject({ error: 'invalid encoding_mismatch' });
  await importContacts(file, { contentType: 'text/csv; charset=ISO-8859-1' });
  expect((await contactBy('kim@example.com')).firstName).toBe('Jürgen');
});

test.each([
  ['UTF-16 without a mark', Buffer.from('email\nlea@example.com\n', 'utf16le'), 'encoding_unknown', {}],
  ['nothing in it', '', 'file_empty', {}],
  [
    'a header alone that says other things',
    'mail,given\n',
    'header_mismatch',
    { mail: 'is not a column of these records', given: 'is not a column of these records' },
  ],
  ['a column twice', 'email,Email\nlea@example.com,x\n', 'header_mismatch', { Email: 'occurs twice in the header' }],
  [
    'a column without a name',
    'email,,\nlea@example.com,x,\n',
    'header_mismatch',
    { 'column 2': 'has no name', 'column 3': 'has no name' },
  ],
  ...['__proto__', 'constructor', 'toString', 'custom.__proto__', 'custom.constructor', 'custom.'].map(
    (name): [string, string, string, object] => [
      `a column named ${name}`,
      `email,${name}\nlea@example.com,x\n`,
      'header_mismatch',
      { [name]: 'is not a column of these records' },
    ],
  ),
  [
    'more columns than a record can have',
    `email,${Array.from({ length: 1_000 }, (_, index) => `custom.c${index}`).join()}\n`,
    'header_mismatch',
    {},
  ],
])('a file with %s is refused whole', async (_name, file, reason, fields) => {
  expect(await refusal(importContacts(file))).toEqual({ error: `invalid ${reason}`, fields });
});

test('a cell of JSON that is nested deeply is refused, and the others are read', async () => {
  const deep = `${'{""a"":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  const file = `email,custom\ndeep@example.com,"${deep}"\nflat@example.com,"{""a"":1}"\n`;
  const { import: report } = await harness.contacts(editor).importCrmContactsCsv(upload(file));
  expect(problems(found(report))).toEqual(['2 custom: must be a JSON object']);
  expect((await contactBy('flat@example.com')).email).toBe('flat@example.com');
});

test('ragged rows are refused one by one', async () => {
  const result = await importContacts('email,title\nmia@example.com\nned@example.com,a,b\noda@example.com,c\n');
  expect(result).toMatchObject({ created: 1n, failed: 2n });
  expect(problems(result)).toEqual(['2 : has 1 cells, and the header has 2', '3 : has 3 cells, and the header has 2']);
});

test('quotes that do not match end the reading, and what stands before them is in', async () => {
  const result = await importContacts('email,title\npia@example.com,a\nquin@example.com,"b\nroy@example.com,c\n');
  expect(result).toMatchObject({ created: 1n, failed: 1n });
  expect(problems(result)).toEqual(['3 : opens a quote that is never closed; nothing from here on was read']);
});

test('a cell of a custom field has the rules of free JSON', async () => {
  const result = await importContacts('email,custom.note\nnul@example.com,a\0b\nsound@example.com,ab\n');
  expect(result).toMatchObject({ created: 1n, failed: 1n });
  expect(problems(result)).toEqual(['2 custom.note: must not contain a NUL character']);
});
