import { DomainError } from '@drippulse/errors';
import {
  DataSourceDeletions,
  DataSourceRunStatus,
  DataSourceTarget,
  DataSourceType,
  DataSourceWriteMode,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import { eventually, type Receiver, somebodyWaits, startReceiver } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { nextDueMs } from '../src/loops/start-scheduled-runs.ts';
import {
  ended,
  expectWhole,
  fromJson,
  json,
  makeSource,
  mapping,
  people,
  readLines,
  run,
  start,
  upload,
} from './sources.ts';
import { editor, type Harness, startHarness, stranger, tester } from './sources-harness.ts';

let harness: Harness;
let receiver: Receiver;
beforeAll(async () => {
  harness = await startHarness();
  receiver = await startReceiver();
});
afterAll(async () => {
  await harness.stop();
  await receiver.stop();
});

async function refusal(call: Promise<unknown>) {
  const error = fromConnectError(
    await call.then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  );
  return { reason: error.reason, message: error.message, fields: error.violations.map(({ field }) => field) };
}

async function fileSource(content: string | Uint8Array, more: object = {}, pieceBytes?: number) {
  const id = await makeSource(harness, more);
  const { file } = await harness.sources(editor).uploadDataSourceFile(upload(id, content, pieceBytes));
  return { id, file };
}

test('an uploaded file becomes leads, in the name of whoever started the run, and again changes nothing', async () => {
  const { id } = await fileSource(people(1_201));
  const first = await run(harness, id);
  expect(first).toMatchObject({
    status: DataSourceRunStatus.COMPLETED,
    progress: 1,
    counts: { read: 1_201n, created: 1_201n, failed: 0n },
  });
  expectWhole(first.counts);
  expect(harness.crm.records.get('p7@example.com')?.fields).toEqual({
    email: 'p7@example.com',
    first_name: 'Ada Person',
    last_name: '7',
  });
  expect(harness.crm.calls.at(-1)).toMatchObject({ actor: 'user:1', isDry: false });
  expect(await run(harness, id)).toMatchObject({ counts: { read: 1_201n, unchanged: 1_201n, created: 0n } });
  await eventually(() => {
    const own = harness.published.filter(({ payload }) => payload.case === 'dataSourceRunCompleted');
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(own[0]?.payload.value).toMatchObject({ dataSourceRun: { dataSourceId: id, errors: [] } });
  });
});

test('failed rows come back as a file that can be mended and sent again', async () => {
  const { id } = await fileSource('E-mail,Name,Note\r\nok@example.com,Ada,1\r\nbroken,"Doe, ""Jo""",=1+1\r\n');
  const ended = await run(harness, id);
  expect(ended).toMatchObject({
    status: DataSourceRunStatus.COMPLETED_WITH_ERRORS,
    counts: { read: 2n, created: 1n, failed: 1n },
    errors: [{ row: 3n, column: 'E-mail', field: 'email', code: 'format', value: 'broken' }],
    errorsCsvUrl: `/api/v1/data_source_runs/${ended.id}/errors.csv`,
  });
  const csv = await readLines(harness.runs(editor).getDataSourceRunErrors({ id: ended.id }) as never);
  expect(csv).toBe(`E-mail,Name,Note,error\r\nbroken,"Doe, ""Jo""",'=1+1,E-mail must be a mail address\r\n`);
  await harness.sources(editor).uploadDataSourceFile(upload(id, csv.replace('broken', 'mended@example.com')));
  expect(await run(harness, id)).toMatchObject({ counts: { read: 1n, created: 1n } });
  expect(harness.crm.records.get('mended@example.com')?.fields).toMatchObject({ first_name: '"Jo"', last_name: 'Doe' });
});

test('a renamed column ends the run before the first write, and says its name', async () => {
  const { id } = await fileSource('Mail,Name\nrenamed@example.com,Ada\n');
  const calls = harness.crm.calls.length;
  const { preview } = await harness.sources(editor).previewDataSource({ id });
  expect(preview).toMatchObject({ problems: [{ code: 'schema_changed' }], would: { create: 0n, update: 0n } });
  const ended = await run(harness, id);
  expect(ended).toMatchObject({ status: DataSourceRunStatus.FAILED, errorCode: 'schema_changed' });
  expect(ended.error).toContain('"E-mail"');
  expect(harness.crm.calls.length).toBe(calls);
  await eventually(() => {
    const failed = harness.published.filter(({ payload }) => payload.case === 'dataSourceRunFailed');
    expect(failed.at(-1)?.payload.value).toMatchObject({ dataSourceRun: { id: ended.id }, schedulePaused: false });
  });
});

const umlauts = 'E-mail;Name\r\nzo\u00eb@example.com;Zo\u00eb M\u00fcller\r\n';

test.each([
  ['UTF-8 with a mark', Buffer.from(`\ufeff${umlauts}`), 'utf-8'],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${umlauts}`, 'utf16le'), 'utf-16le'],
  ['UTF-16 without a mark', Buffer.from(umlauts, 'utf16le'), 'utf-16le'],
  ['UTF-16, high byte first', Buffer.from(`\ufeff${umlauts}`, 'utf16le').swap16(), 'utf-16be'],
  ['Windows-1252', Buffer.from(umlauts, 'latin1'), 'windows-1252'],
])('a file in %s is read with its letters', async (_, bytes, encoding) => {
  harness.crm.records.delete('zoë@example.com');
  const { id, file } = await fileSource(bytes, {}, 3);
  expect(file).toMatchObject({ encoding });
  expect(file?.warnings.length).toBe(encoding === 'windows-1252' ? 1 : 0);
  expect(await run(harness, id)).toMatchObject({ counts: { created: 1n } });
  expect(harness.crm.records.get('zoë@example.com')?.fields).toMatchObject({ first_name: 'Zoë', last_name: 'Müller' });
});

test('what is not text, or of two encodings, is refused with a sentence and leaves nothing', async () => {
  const id = await makeSource(harness);
  const mixed = Buffer.concat([
    Buffer.from('E-mail,Name\nzo\u00eb@example.com,x\n'),
    Buffer.from('a@b.c,M\u00fcller\n', 'latin1'),
  ]);
  for (const bytes of [mixed, Buffer.from([0, 1, 2, 0, 0, 9, 255, 0])]) {
    const answer = await refusal(harness.sources(editor).uploadDataSourceFile(upload(id, bytes)));
    expect(answer).toMatchObject({ reason: 'source_unreadable', message: expect.stringContaining('UTF-8') });
  }
  const files = await sql`select from source_files where data_source_id = ${id}`.execute(harness.db);
  expect(files.rows).toEqual([]);
});

test('an unclosed quote, a row of another length and an empty file each get a sentence', async () => {
  const { id } = await fileSource('E-mail,Name\na1@example.com,Ada\na2@example.com\na3@example.com,"open\n');
  const ended = await run(harness, id);
  expect(ended).toMatchObject({ status: DataSourceRunStatus.FAILED, errorCode: 'source_unreadable' });
  expect(ended.error).toBe('Line 4 opens a quote that is never closed.');
  await harness.sources(editor).uploadDataSourceFile(upload(id, 'E-mail,Name\na1@example.com,Ada\na2@example.com\n'));
  expect(await run(harness, id)).toMatchObject({
    counts: { created: 1n, failed: 1n },
    errors: [{ row: 3n, message: 'has 1 cells, and the header has 2' }],
  });
  await harness.sources(editor).uploadDataSourceFile(upload(id, ''));
  expect(await run(harness, id)).toMatchObject({ error: 'The file is empty: it has no header.' });
});

test('a preview says what the columns are, what rows become and what would happen, and writes nothing', async () => {
  const csv =
    'Work e-mail,Firstname,Email consent,Tel,ID\nb1@example.com,Bo,yes,+31 6 1234 5678,1\nb2@example.com,Bea,no,+31 6 1234 5679,2\n';
  const { id } = await fileSource(csv, { mapping: json([]) });
  const size = harness.crm.records.size;
  const { preview } = await harness.sources(editor).previewDataSource({ id });
  expect(preview?.columns.map(({ name, suggestedTarget }) => [name, suggestedTarget])).toEqual([
    ['Work e-mail', 'email'],
    ['Firstname', 'first_name'],
    ['Email consent', undefined],
    ['Tel', 'phone'],
    ['ID', 'external_id'],
  ]);
  expect(preview).toMatchObject({ rowsRead: 2n, would: { create: 2n, fail: 0n }, problems: [] });
  expect(fromJson(preview?.mappedSample ?? new Uint8Array())[0]).toMatchObject({
    email: 'b1@example.com',
    external_id: '1',
  });
  expect(harness.crm.records.size).toBe(size);
  // The mapping that a person chose for these columns is suggested for the next data source.
  const chosen = [
    { from: 'Work e-mail', to: 'email' },
    { from: 'Email consent', to: 'custom.consent', transform: 'boolean' },
  ];
  await harness.sources(editor).updateDataSource({ id, mapping: json(chosen), updateMask: { paths: ['mapping'] } });
  expect(await run(harness, id)).toMatchObject({ counts: { created: 2n } });
  const { id: second } = await fileSource(csv, { mapping: json([]) });
  const { preview: again } = await harness.sources(editor).previewDataSource({ id: second });
  expect(fromJson(again?.suggestedMapping ?? new Uint8Array())).toMatchObject(
    chosen.map(({ from, to }) => ({ from, to })),
  );
});

test('a mapping, settings, keys and a schedule are checked as they are saved', async () => {
  const bad = makeSource(harness, {
    name: ' ',
    config: json({ url: 'https://user:pw@example.com/', headrs: {} }),
    mapping: json([
      { from: 'A', to: 'emial' },
      { from: 'B', to: 'title', transform: 'shout' },
    ]),
    dedupeBy: ['domain'],
    schedule: { frequency: '* * * * *', timezone: 'UTC' },
    abortIfFailedPercent: 0,
  });
  expect((await refusal(bad)).fields).toEqual(
    expect.arrayContaining([
      'name',
      'dedupe_by.0',
      'abort_if_failed_percent',
      'schedule.frequency',
      'mapping.1.transform.type',
      'config.headrs',
    ]),
  );
  const misspelt = makeSource(harness, {
    mapping: json([
      { from: 'A', to: 'emial' },
      { from: 'B', to: 'email', value: 'x' },
    ]),
  });
  expect((await refusal(misspelt)).fields).toEqual(['mapping.0.to', 'mapping.1.value']);
  expect((await refusal(makeSource(harness, { config: json({ url: 'ftp://files.example/' }) }))).fields).toEqual([
    'config.url',
  ]);
});

test('secrets of settings are in no answer, and a mask that is sent back keeps them for their host alone', async () => {
  receiver.answer({ body: people(1) });
  const secret = 'canary-9f3a';
  const url = `${receiver.url}/file.csv?token=${secret}`;
  const id = await makeSource(harness, { config: json({ url, headers: { Authorization: `Bearer ${secret}` } }) });
  const { dataSource } = await harness.sources(editor).getDataSource({ id });
  const shown = fromJson(dataSource?.config ?? new Uint8Array());
  expect(JSON.stringify(shown)).not.toContain(secret);
  const row = await harness.db.selectFrom('data_sources').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain(secret);
  expect(row.config.includes(secret)).toBe(false);
  await harness.sources(editor).updateDataSource({ id, config: json(shown), updateMask: { paths: ['config'] } });
  await run(harness, id);
  expect(receiver.requests.at(-1)).toMatchObject({
    url: `/file.csv?token=${secret}`,
    headers: { authorization: `Bearer ${secret}` },
  });
  const elsewhere = { ...shown, url: `${receiver.url.replace('127.0.0.1', 'localhost')}/x` };
  await harness.sources(editor).updateDataSource({ id, config: json(elsewhere), updateMask: { paths: ['config'] } });
  receiver.clear();
  await run(harness, id);
  expect(receiver.requests.every(({ headers }) => !JSON.stringify(headers).includes(secret))).toBe(true);
});

test('a redirect, a refusal and a file that is too long for its address each get a sentence', async () => {
  const id = await makeSource(harness, { config: json({ url: `${receiver.url}/file.csv` }) });
  receiver.answer({ status: 302, headers: { location: 'https://elsewhere.example/file.csv' } });
  expect((await run(harness, id)).error).toContain('redirects to elsewhere.example');
  receiver.answer({ status: 403 });
  expect((await run(harness, id)).error).toContain('answered 403');
  const answer = await refusal(harness.sources(editor).previewDataSource({ id }));
  expect(answer).toMatchObject({ reason: 'source_unreadable', message: expect.stringContaining('403') });
});

test.each([
  ['a CSV file', DataSourceType.CSV, 2 * 1024 ** 3 + 1, 'The answer is larger than 2 GiB.'],
  ['a page of JSON', DataSourceType.JSON_URL, 2_000_000_000, 'The answer is larger than 16 MiB.'],
])('%s of 2 GB at an address ends the run before a byte of it, with the limit', async (_, type, length, sentence) => {
  const id = await makeSource(harness, { type, config: json({ url: `${receiver.url}/huge` }) });
  receiver.answer({ headers: { 'content-length': String(length) }, body: people(1, 600_000) });
  const calls = harness.crm.calls.length;
  expect(await run(harness, id)).toMatchObject({
    status: DataSourceRunStatus.FAILED,
    errorCode: 'source_unreadable',
    error: `The address cannot be read. ${sentence}`,
    counts: { read: 0n },
  });
  expect(harness.crm.calls.length).toBe(calls);
  const files = await sql`select from source_files where data_source_id = ${id}`.execute(harness.db);
  expect(files.rows).toEqual([]);
});

test('an upload at the moment a run starts leaves the run the file that it started with', async () => {
  const { id, file } = await fileSource(people(1, 610_000));
  await harness.db
    .transaction()
    .execute(async (trx) => {
      // Acts like a starting run: locks the data source, and inserts a row that names the file and is not visible yet.
      await sql`select from data_sources where id = ${id} for update`.execute(trx);
      await sql`
      insert into data_source_runs (organization_id, data_source_id, mode, status, trigger, is_dry, confirms_archive, actor_type, actor_id, settings, created_at)
      values (1, ${id}, 'live', 'queued', 'manual', false, false, 'user', '1', '{}', now())`.execute(trx);
      const uploading = harness.sources(editor).uploadDataSourceFile(upload(id, people(1, 611_000)));
      await somebodyWaits(trx);
      return { uploading };
    })
    .then(({ uploading }) => uploading);
  const { rows } = await sql<{
    id: string;
  }>`select id from source_files where data_source_id = ${id} order by id`.execute(harness.db);
  expect(rows).toHaveLength(2);
  expect(file).toBeDefined();
});

test('an organization has 200 data sources of a mode, also when more are asked for at the same time', async () => {
  const crowded: Caller = { ...editor, organizationId: 77n };
  const columns = sql.raw(
    'mode, name, type, target, config, data_key, shown_config, mapping, dedupe_by, write_mode, existing, blank, deletions, abort_if_failed_percent, created_at, updated_at',
  );
  await sql`
    insert into data_sources (organization_id, ${columns})
    select 77, ${columns}
    from data_sources, generate_series(1, 197) where id = ${await makeSource(harness)}`.execute(harness.db);
  const made = await Promise.allSettled(Array.from({ length: 8 }, () => makeSource(harness, {}, crowded)));
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(await refusal(makeSource(harness, {}, crowded))).toMatchObject({
    reason: 'data_source_limit_reached',
    message: 'An organization may have 200 live data sources.',
  });
  await makeSource(harness, {}, { ...tester, organizationId: 77n });
});

test('a source that is away for a while is tried again, and read', async () => {
  const id = await makeSource(harness, { config: json({ url: `${receiver.url}/file.csv` }) });
  receiver.answer({ body: people(3, 50_000) });
  receiver.answerNext({ status: 503 });
  const runId = await start(harness, id);
  await eventually(async () => {
    await sql`update jobs set wake_at = now() where wake_at > now() and status = 'running'`.execute(harness.db);
    const { dataSourceRun } = await harness.runs(editor).getDataSourceRun({ id: runId });
    expect(dataSourceRun?.status).toBe(DataSourceRunStatus.COMPLETED);
  });
});

test('pages of JSON are followed at their host, by link or pointer, and an unchanged answer has no rows', async () => {
  const id = await makeSource(harness, {
    type: DataSourceType.JSON_URL,
    config: json({ url: `${receiver.url}/people`, items_path: '/data', headers: { 'X-Key': 'k' } }),
    mapping: json([
      { from: 'contact.mail', to: 'email' },
      { from: 'age', to: 'custom.age' },
      { value: '{{ row.first }} {{ row.last }}', to: 'title' },
    ]),
  });
  const item = (name: string) => ({ contact: { mail: `${name}@example.org` }, age: 30, first: 'A', last: name });
  receiver.answer(({ url, headers }) => {
    if (headers['if-none-match'] === '"v1"') return { status: 304 };
    if (url === '/people?page=2') return { body: JSON.stringify({ data: [item('j3')] }) };
    return {
      headers: { etag: '"v1"', link: '</people?page=2>; rel="next"' },
      body: JSON.stringify({ data: [item('j1'), item('j2')] }),
    };
  });
  expect(await run(harness, id)).toMatchObject({ counts: { read: 3n, created: 3n } });
  expect(harness.crm.records.get('j1@example.org')?.fields).toEqual({
    email: 'j1@example.org',
    'custom.age': 30,
    title: 'A j1',
  });
  expect(await run(harness, id)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { read: 0n } });
  receiver.answer({
    headers: { link: '<https://elsewhere.example/steal>; rel="next"' },
    body: JSON.stringify({ data: [] }),
  });
  expect((await run(harness, id)).error).toContain('elsewhere.example');
  receiver.answer({ body: '{"data": 7}' });
  expect((await run(harness, id)).error).toBe('There is no array at items_path /data.');
});

test('a large page is written before the next one is read, and small ones are read together', async () => {
  const id = await makeSource(harness, {
    type: DataSourceType.JSON_URL,
    config: json({ url: `${receiver.url}/large?page=1`, items_path: '/items', next_path: '/next' }),
    mapping: json([{ from: 'mail', to: 'email' }]),
  });
  const read = async (length: number) => {
    const written: number[] = [];
    receiver.answer(({ url }) => {
      written.push(harness.crm.calls.length);
      const page = Number(url.at(-1));
      const items = [{ mail: `large${page}@example.org`, text: 'x'.repeat(length) }];
      return { body: JSON.stringify({ items, ...(page < 3 && { next: `/large?page=${page + 1}` }) }) };
    });
    expect(await run(harness, id)).toMatchObject({ counts: { read: 3n, failed: 0n } });
    return written.map((count) => count - (written[0] ?? 0));
  };
  expect(await read(10)).toEqual([0, 0, 0]);
  expect(await read(1_200_000)).toEqual([0, 1, 2]);
});

test('after a change in the middle of a run the next one reads everything', async () => {
  const read = json([{ from: 'mail', to: 'email' }]);
  const config = json({ url: `${receiver.url}/changing` });
  const id = await makeSource(harness, { type: DataSourceType.JSON_URL, config, mapping: read });
  const page = { headers: { etag: '"c1"' }, body: JSON.stringify([{ mail: 'c1@example.org', job: 'Pilot' }]) };
  receiver.answer(({ headers }) => (headers['if-none-match'] === '"c1"' ? { status: 304 } : page));
  receiver.answerNext({ ...page, delayMs: 1_500 });
  const before = receiver.requests.length;
  const first = await start(harness, id);
  await receiver.received(before + 1);
  const further = json([...fromJson(read), { from: 'job', to: 'title' }]);
  await harness.sources(editor).updateDataSource({ id, mapping: further, updateMask: { paths: ['mapping'] } });
  expect(await ended(harness, first)).toMatchObject({ counts: { created: 1n } });
  expect(await run(harness, id)).toMatchObject({ counts: { read: 1n, updated: 1n } });
  expect(await run(harness, id)).toMatchObject({ counts: { read: 0n } });
});

test('records whose row is gone are deleted after a whole reading, unless too many are gone', async () => {
  const { id } = await fileSource(people(40, 70_000), { deletions: DataSourceDeletions.ARCHIVE });
  expect(await run(harness, id)).toMatchObject({ counts: { created: 40n, archived: 0n } });
  const put = (content: string) => harness.sources(editor).uploadDataSourceFile(upload(id, content));
  await put(people(38, 70_000));
  expect(await run(harness, id)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { archived: 2n } });
  await put('E-mail,Name\n');
  expect(await run(harness, id)).toMatchObject({
    status: DataSourceRunStatus.FAILED,
    errorCode: 'suspicious_shrink',
    counts: { archived: 0n },
  });
  await put(people(20, 70_000));
  expect(await run(harness, id)).toMatchObject({ errorCode: 'suspicious_shrink', counts: { archived: 0n } });
  expect(await run(harness, id, { confirmMassArchive: true })).toMatchObject({ counts: { archived: 18n } });
  // The record of the refused row is unknown, so no record is deleted.
  await put(`${people(19, 70_000)}broken,x\n`);
  expect(await run(harness, id)).toMatchObject({
    counts: { failed: 1n, archived: 0n },
    warnings: [expect.stringContaining('no record was deleted')],
  });
});

test('a run whose rows are mostly refused gives up, and what it has written stays', async () => {
  const rows = Array.from({ length: 1_400 }, (_, index) => `${index % 3 === 0 ? `x${index}@example.com` : 'broken'},A`);
  const { id } = await fileSource(`E-mail,Name\n${rows.join('\n')}\n`);
  const ended = await run(harness, id);
  expect(ended).toMatchObject({ status: DataSourceRunStatus.FAILED, errorCode: 'too_many_failures' });
  expect(ended.counts?.created).toBe(167n);
  expect(ended.errors).toHaveLength(100);
});

test('one run of a data source at a time, and a cancelled one ends after its batch', async () => {
  const { id } = await fileSource(people(30_000, 100_000));
  const first = await start(harness, id);
  expect((await refusal(start(harness, id))).reason).toBe('run_in_progress');
  expect((await refusal(harness.sources(editor).deleteDataSource({ id }))).reason).toBe('run_in_progress');
  const { dataSourceRun: asked } = await harness.runs(editor).cancelDataSourceRun({ id: first });
  expect(asked?.cancelRequested).toBe(true);
  const stopped = await eventually(async () => {
    const { dataSourceRun } = await harness.runs(editor).getDataSourceRun({ id: first });
    expect(dataSourceRun?.finishedAt).toBeDefined();
    return dataSourceRun;
  });
  expect(stopped?.status).toBe(DataSourceRunStatus.CANCELLED);
  const written = [...harness.crm.records.keys()].filter(
    (key) => Number(key.slice(1, key.indexOf('@'))) >= 100_000,
  ).length;
  expect(stopped?.counts?.created).toBe(BigInt(written));
  await harness.sources(editor).deleteDataSource({ id });
  expect((await refusal(harness.sources(editor).getDataSource({ id }))).reason).toBe('data_source_not_found');
});

test('a CRM that is away or refuses delays a run, and loses nothing', async () => {
  const { id } = await fileSource(people(700, 200_000));
  harness.crm.failures.push(new DomainError('unavailable', 'service_unavailable', 'away'));
  expect(await run(harness, id)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { created: 700n } });
});

test('update_only and a dry run: what is skipped is counted, and nothing is written', async () => {
  const { id } = await fileSource(people(3, 300_000), { writeMode: DataSourceWriteMode.UPDATE_ONLY });
  expect(await run(harness, id)).toMatchObject({ counts: { read: 3n, skipped: 3n } });
  const { id: other } = await fileSource(people(3, 300_000));
  expect(await run(harness, other, { dryRun: true })).toMatchObject({ dryRun: true, counts: { created: 3n } });
  expect(harness.crm.records.has('p300000@example.com')).toBe(false);
});

test('a schedule starts runs, skips while one is under way, and is paused after ten failures with one event', async () => {
  const { id } = await fileSource('Other\nx\n', { schedule: { frequency: 'hourly', timezone: 'Europe/Amsterdam' } });
  const due = () => sql`update data_sources set next_run_at = now() where id = ${id}`.execute(harness.db);
  const find = async () => (await harness.sources(editor).getDataSource({ id })).dataSource;
  expect((await find())?.nextRunAt).toBeDefined();
  await sql`update data_sources set failures_in_a_row = 8 where id = ${id}`.execute(harness.db);
  for (const count of [1, 2]) {
    await due();
    await harness.stopServices();
    await harness.start();
    await eventually(async () => {
      const { dataSourceRuns } = await harness.runs(editor).listDataSourceRuns({ dataSourceId: id });
      expect(dataSourceRuns).toHaveLength(count);
      expect(dataSourceRuns[0]).toMatchObject({ trigger: 'schedule', status: DataSourceRunStatus.FAILED });
    });
  }
  expect(await find()).toMatchObject({ schedulePausedAt: expect.anything() });
  expect((await find())?.nextRunAt).toBeUndefined();
  await eventually(() => {
    const paused = harness.published.filter(
      ({ payload }) => payload.case === 'dataSourceRunFailed' && payload.value.schedulePaused,
    );
    expect(paused).toHaveLength(1);
  });
  const { revision = 0n } = (await find()) ?? {};
  await harness.sources(editor).updateDataSource({ id, mapping: json(mapping), updateMask: { paths: ['mapping'] } });
  // The change also resumes the schedule, but that alone would not raise the revision.
  expect(await find()).toMatchObject({ revision: revision + 1n });
  expect((await find())?.schedulePausedAt).toBeUndefined();
  expect((await find())?.nextRunAt).toBeDefined();
});

test('a suspended organization starts no run, and one that was asked for waits until it is resumed', async () => {
  const { id } = await fileSource(people(2, 700_000), { schedule: { frequency: 'hourly', timezone: 'UTC' } });
  const { organizationId } = editor;
  await harness.setSuspended(organizationId, true, 1n);
  await sql`update data_sources set next_run_at = case when id = ${id} then now() end`.execute(harness.db);
  const asked = await start(harness, id, { dryRun: true });
  await harness.stopServices();
  await harness.start();
  // The completed run of another organization shows that both loops have examined the data sources.
  const theirs = await makeSource(harness, {}, stranger);
  await harness.sources(stranger).uploadDataSourceFile(upload(theirs, people(1, 700_010)));
  expect(await run(harness, theirs, {}, stranger)).toMatchObject({ status: DataSourceRunStatus.COMPLETED });
  const runs = async () => (await harness.runs(editor).listDataSourceRuns({ dataSourceId: id })).dataSourceRuns;
  expect(await runs()).toMatchObject([{ id: asked, counts: { read: 0n } }]);
  // The loop sleeps although a run is due, because the organization is suspended.
  expect(await nextDueMs(harness.db)).toBeUndefined();
  await harness.setSuspended(organizationId, false, 2n);
  expect(await ended(harness, asked)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { read: 2n } });
  await eventually(async () => {
    const [row] = (
      await sql<{ is_due: boolean }>`select next_run_at <= now() as is_due from data_sources where id = ${id}`.execute(
        harness.db,
      )
    ).rows;
    expect(row?.is_due).toBe(false);
  });
});

test('another organization and a test key meet nothing of it, and a test source writes nothing', async () => {
  const { id } = await fileSource(people(2, 400_000));
  const ended = await run(harness, id);
  const { sources, runs } = harness;
  expect((await refusal(sources(stranger).getDataSource({ id }))).reason).toBe('data_source_not_found');
  expect((await refusal(sources(stranger).uploadDataSourceFile(upload(id, 'x')))).reason).toBe('data_source_not_found');
  expect((await refusal(runs(stranger).createDataSourceRun({ dataSourceId: id }))).reason).toBe(
    'data_source_not_found',
  );
  expect((await refusal(runs(stranger).getDataSourceRun({ id: ended.id }))).reason).toBe('data_source_run_not_found');
  expect((await refusal(readLines(runs(stranger).getDataSourceRunErrors({ id: ended.id }) as never))).reason).toBe(
    'data_source_run_not_found',
  );
  for (const call of [
    sources(tester).previewDataSource({ id }),
    sources(tester).uploadDataSourceFile(upload(id, 'x')),
    runs(tester).createDataSourceRun({ dataSourceId: id }),
    runs(tester).cancelDataSourceRun({ id: ended.id }),
  ]) {
    expect((await refusal(call)).reason).toBe('test_mode');
  }
  const own = await makeSource(harness, { target: DataSourceTarget.CONTACTS }, tester);
  await sources(tester).uploadDataSourceFile(upload(own, people(2, 500_000)));
  expect(await run(harness, own, {}, tester)).toMatchObject({ dryRun: true, counts: { created: 2n } });
  expect(harness.crm.records.has('p500000@example.com')).toBe(false);
  const connected = await makeSource(
    harness,
    { type: DataSourceType.HUBSPOT, config: json({ object: 'contacts' }) },
    tester,
  );
  expect(await run(harness, connected, {}, tester)).toMatchObject({ errorCode: 'connection_unusable' });
});

test('a file that comes slowly keeps no process from its stop, and is fetched anew after it', async () => {
  const id = await makeSource(harness, { config: json({ url: `${receiver.url}/slow.csv` }) });
  receiver.answer({ body: people(1, 450_000) });
  receiver.answerNext({ hang: 'after_headers' });
  const before = receiver.requests.length;
  const slow = await start(harness, id);
  await receiver.received(before + 1);
  await harness.stopServices();
  await harness.start();
  expect(await ended(harness, slow)).toMatchObject({ counts: { created: 1n } });
});

test('an erasure deletes files, failed rows and errors of the organization', async () => {
  const { id } = await fileSource('E-mail,Name\nzephyrine-canary,Quill\n');
  const ended = await run(harness, id);
  const other = await makeSource(harness, {}, stranger);
  await harness.sources(stranger).uploadDataSourceFile(upload(other, people(1)));
  await harness.erasures(editor).forgetSourceRows({});
  expect((await harness.runs(editor).getDataSourceRun({ id: ended.id })).dataSourceRun?.errors).toEqual([]);
  expect(await readLines(harness.runs(editor).getDataSourceRunErrors({ id: ended.id }) as never)).toBe('error\r\n');
  expect((await harness.sources(editor).getDataSource({ id })).dataSource?.file).toBeUndefined();
  expect((await harness.sources(stranger).getDataSource({ id: other })).dataSource?.file).toBeDefined();
  expect((await run(harness, id)).error).toContain('There is no file');
});
