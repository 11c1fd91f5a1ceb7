import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CreateDataSourceRequestSchema,
  DataSourceTarget,
  DataSourceType,
} from '@drippulse/proto/drippulse/integrations/v1/data_sources_pb';
import type { Caller } from '@drippulse/rpc';
import { eventually } from '@drippulse/testing';
import { expect } from '@jest/globals';
import { editor, type Harness } from './sources-harness.ts';

export const json = (value: unknown) => Buffer.from(JSON.stringify(value));
export const fromJson = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

/** The mapping for the files of these tests. */
export const mapping = [
  { from: 'E-mail', to: 'email', transform: 'lower' },
  { from: 'Name', to: 'first_name', transform: 'split_name' },
  { from: 'Name', to: 'last_name', transform: { type: 'split_name', part: 'last' } },
];

export async function makeSource(
  harness: Harness,
  request: MessageInitShape<typeof CreateDataSourceRequestSchema> = {},
  caller: Caller = editor,
): Promise<bigint> {
  const { dataSource } = await harness.sources(caller).createDataSource({
    name: 'Trade fair',
    type: DataSourceType.CSV,
    target: DataSourceTarget.LEADS,
    mapping: json(mapping),
    ...request,
  });
  return dataSource?.id ?? 0n;
}

/** Yields an upload in pieces that split characters, quotes and line ends. */
export async function* upload(id: bigint, content: string | Uint8Array, pieceBytes = 10_007) {
  const bytes = Buffer.from(content);
  if (bytes.length === 0) yield { id, body: { contentType: 'text/csv', data: bytes } };
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    yield { id, body: { contentType: 'text/csv', data: bytes.subarray(from, from + pieceBytes) } };
  }
}

export async function start(harness: Harness, dataSourceId: bigint, more: object = {}, caller: Caller = editor) {
  const { dataSourceRun } = await harness.runs(caller).createDataSourceRun({ dataSourceId, ...more });
  return dataSourceRun?.id ?? 0n;
}

/** Waits until a run has ended, and returns it. */
export async function ended(harness: Harness, id: bigint, caller: Caller = editor) {
  return eventually(async () => {
    const { dataSourceRun } = await harness.runs(caller).getDataSourceRun({ id });
    if (dataSourceRun?.finishedAt === undefined) throw new Error('the run has not ended');
    return dataSourceRun;
  });
}

/** Starts a run, waits until it has ended, and returns it. */
export async function run(harness: Harness, dataSourceId: bigint, more: object = {}, caller: Caller = editor) {
  return ended(harness, await start(harness, dataSourceId, more, caller), caller);
}

/** Builds a file of people, numbered from `from` on. */
export function people(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, index) => `P${from + index}@example.com,Ada Person ${from + index}`);
  return `E-mail,Name\n${rows.join('\n')}\n`;
}

export async function readLines(messages: AsyncIterable<{ body?: { data: Uint8Array } }>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const { body } of messages) parts.push(body?.data ?? new Uint8Array());
  return Buffer.concat(parts).toString();
}

/** Checks that the counts of results add up to the number of rows. */
export function expectWhole(
  counts: Record<'read' | 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed', bigint> | undefined,
): void {
  if (counts === undefined) throw new Error('the run has no counts');
  expect(counts.created + counts.updated + counts.unchanged + counts.skipped + counts.failed).toBe(counts.read);
}
