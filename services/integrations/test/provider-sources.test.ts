import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import {
  DataSourceDeletions,
  DataSourceRunStatus,
  DataSourceTarget,
  DataSourceType,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { fromConnectError } from '@drippulse/rpc';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from './connect.ts';
import { readHubSpot } from './hubspot-records.ts';
import { fromJson, json, makeSource, run } from './sources.ts';
import { editor, type Harness, startHarness } from './sources-harness.ts';

let harness: Harness;
let fakes: FakeProviders;
beforeAll(async () => {
  fakes = await startFakeProviders();
  harness = await startHarness({ env: { PROVIDER_HOSTS_OVERRIDE: fakes.url } });
});
afterAll(async () => {
  await harness.stop();
  await fakes.stop();
});

test('contacts of HubSpot that were changed at one moment are all read', () => readHubSpot(450));

test('a source without its connection says which one is missing', async () => {
  const id = await makeSource(harness, {
    type: DataSourceType.SALESFORCE,
    config: json({ object: 'Lead' }),
    mapping: json([{ from: 'Email', to: 'email' }]),
  });
  const ended = await run(harness, id);
  expect(ended).toMatchObject({ status: DataSourceRunStatus.FAILED, errorCode: 'connection_unusable' });
  expect(ended.error).toContain('no connection of Salesforce with the key default');
});

test('a provider that quotes a token does not bring it into the error of a run', async () => {
  const token = 'pat-na1-canary-00000000';
  await connect(harness, 'hubspot', { access_token: token }, 'quoting');
  const id = await makeSource(harness, {
    type: DataSourceType.HUBSPOT,
    config: json({ object: 'contacts', connection_key: 'quoting' }),
    mapping: json([{ from: 'email', to: 'email' }]),
  });
  const body = { status: 'error', category: 'VALIDATION_ERROR', message: `${token} may not read this` };
  fakes.provider('hubspot').fail({ status: 400, body });
  const { error } = await run(harness, id);
  expect(error).toContain('may not read this');
  expect(error).not.toContain('canary');
});

const link = 'https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit#gid=0';

test('a link to a sheet that cannot be read leaves no data source, and another address is refused', async () => {
  const make = (url: string) =>
    harness.sources(editor).createGoogleSheetsSource({ url, target: DataSourceTarget.LEADS });
  const before = (await harness.sources(editor).listDataSources({})).totalCount;
  const refusal = async (url: string) => fromConnectError(await make(url).catch((error: unknown) => error));
  expect(
    await refusal('https://docs.google.com.evil.example/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'),
  ).toMatchObject({ reason: 'validation_failed' });
  expect(await refusal(link)).toMatchObject({
    reason: 'source_unreadable',
    message: expect.stringContaining('Google Workspace'),
  });
  expect((await harness.sources(editor).listDataSources({})).totalCount).toBe(before);
});

test('a link to a sheet makes a source with its mapping and a preview, and an empty sheet deletes nobody', async () => {
  await connect(harness, 'google_workspace', { access_token: 'ya29.1' });
  const { state } = fakes.provider('google_workspace');
  const sheet = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/People';
  state.rows.clear();
  state.rows.set(sheet, [
    ['E-mail', 'First name'],
    ['s1@example.com', 'Sam'],
    ['s2@example.com', 'Sue'],
  ]);
  const { dataSource, preview } = await harness
    .sources(editor)
    .createGoogleSheetsSource({ url: link, target: DataSourceTarget.LEADS });
  expect(preview).toMatchObject({ rowsRead: 2n, would: { create: 2n } });
  const id = dataSource?.id ?? 0n;
  expect(fromJson(dataSource?.mapping ?? new Uint8Array())).toMatchObject([
    { from: 'E-mail', to: 'email' },
    { from: 'First name', to: 'first_name' },
  ]);
  await harness
    .sources(editor)
    .updateDataSource({ id, deletions: DataSourceDeletions.ARCHIVE, updateMask: { paths: ['deletions'] } });
  expect(await run(harness, id)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { created: 2n } });
  state.rows.set(sheet, [['E-mail', 'First name']]);
  expect(await run(harness, id)).toMatchObject({ errorCode: 'suspicious_shrink', counts: { read: 0n, archived: 0n } });
  const other = harness
    .sources(editor)
    .createGoogleSheetsSource({ url: link.replace('gid=0', 'gid=7'), target: DataSourceTarget.LEADS });
  const refused = fromConnectError(await other.catch((error: unknown) => error));
  expect(refused).toMatchObject({ reason: 'source_unreadable', message: expect.stringContaining('People') });
  expect(fakes.refusals()).toEqual([]);
});
