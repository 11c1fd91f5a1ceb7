import { type FakeProviders, startFakeProviders } from '@drippulse/fake-providers';
import {
  DataSourceRunStatus,
  DataSourceTarget,
  DataSourceType,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import { expect } from '@jest/globals';
import { connect } from './connect.ts';
import { expectWhole, json, makeSource, run } from './sources.ts';
import { editor, type Harness, startHarness } from './sources-harness.ts';

/** Fills HubSpot with contacts that were all changed at the same moment, as a bulk update changes them. */
function fill(fakes: FakeProviders, count: number, at: Date, title: string): void {
  const { state } = fakes.provider('hubspot');
  state.records.length = 0;
  for (let index = 0; index < count; index += 1) {
    const id = String(100_000 + index);
    const properties = {
      hs_object_id: id,
      email: `h${index}@example.com`,
      jobtitle: title,
      lastmodifieddate: at.toISOString(),
    };
    state.records.push({
      id,
      type: 'contacts',
      properties: { ...properties, createdate: at.toISOString() },
      isArchived: false,
    });
  }
}

/**
 * Tests runs that read `count` contacts, all changed at the same moment. The first run reads all contacts. The second
 * run reads all of them again after a bulk update. A search cannot page through the equal times of this update. The
 * third run reads none, because none has changed.
 */
export async function readHubSpot(count: number): Promise<void> {
  const fakes = await startFakeProviders();
  let harness: Harness | undefined;
  try {
    harness = await startHarness({ env: { PROVIDER_HOSTS_OVERRIDE: fakes.url } });
    await connect(harness, 'hubspot', { access_token: 'pat-1' });
    const id = await makeSource(harness, {
      type: DataSourceType.HUBSPOT,
      target: DataSourceTarget.CONTACTS,
      config: json({ object: 'contacts' }),
      mapping: json([
        { from: 'id', to: 'external_id' },
        { from: 'email', to: 'email' },
        { from: 'jobtitle', to: 'title' },
      ]),
    });
    fill(fakes, count, new Date(Date.now() - 3_600_000), 'Engineer');
    const first = await run(harness, id);
    expect(first).toMatchObject({
      status: DataSourceRunStatus.COMPLETED,
      counts: { read: BigInt(count), created: BigInt(count) },
    });
    expectWhole(first.counts);
    expect(harness.crm.records.get('100007')?.fields).toMatchObject({
      external_system: `data_source_${id}`,
      title: 'Engineer',
    });

    fill(fakes, count, new Date(), 'Architect');
    const second = await run(harness, id);
    expect(second).toMatchObject({
      status: DataSourceRunStatus.COMPLETED,
      counts: { read: BigInt(count), updated: BigInt(count) },
    });
    expect([...harness.crm.records.values()].filter(({ fields }) => fields['title'] === 'Architect')).toHaveLength(
      count,
    );

    fill(fakes, count, new Date(Date.now() - 3_600_000), 'Architect');
    expect(await run(harness, id)).toMatchObject({ status: DataSourceRunStatus.COMPLETED, counts: { read: 0n } });
    expect(fakes.refusals()).toEqual([]);

    const { dataSource } = await harness.sources(editor).getDataSource({ id });
    expect(dataSource?.id).toBe(id);
  } finally {
    await harness?.stop();
    await fakes.stop();
  }
}
