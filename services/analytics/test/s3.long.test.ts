import { randomBytes } from 'node:crypto';
import { ReportFormat, ReportStatus } from '@drippulse/proto/drippulse/analytics/v1/reports_pb';
import { eventually } from '@drippulse/testing';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { S3mini } from 's3mini';
import { s3Store } from '../src/stores/s3.ts';
import { editor, type Harness, startReports } from './reports-harness.ts';
import { startS3Server } from './s3-server.ts';

const server = await startS3Server();

describe('files in object storage', () => {
  if ('unavailable' in server) {
    notRun(server);
    return;
  }
  const { settings, stop } = server;
  const store = s3Store(settings);
  const bucket = new S3mini(settings);
  afterAll(stop);

  async function* pieces(...all: Buffer[]): AsyncGenerator<Buffer> {
    for (const piece of all) yield piece;
  }

  async function read(name: string): Promise<Buffer> {
    const found: Uint8Array[] = [];
    for await (const piece of store.read(name)) found.push(piece);
    return Buffer.concat(found);
  }

  test.each([
    ['nothing', 0],
    ['one byte', 1],
    ['a part', 8 * 1024 * 1024],
    ['parts and a rest', 20 * 1024 * 1024 + 7],
  ])('a file of %s comes back as it was, and is gone when it is removed, also twice', async (_what, size) => {
    const content = randomBytes(size);
    const cut = Math.min(size, 300_001);
    const given = pieces(content.subarray(0, cut), content.subarray(cut));
    expect(await store.write('1/2-3', given, async () => undefined)).toBe(size);
    expect((await read('1/2-3')).equals(content)).toBe(true);
    await store.remove('1/2-3', undefined);
    await store.remove('1/2-3', undefined);
    expect(await bucket.objectExists('1/2-3')).toBe(false);
  });

  test('a file whose source fails leaves neither an object nor parts', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield randomBytes(9 * 1024 * 1024);
      throw new Error('the source failed');
    }
    const uploads: string[] = [];
    await expect(
      store.write('1/4-1', failing(), async (id) => {
        uploads.push(id);
      }),
    ).rejects.toThrow('the source failed');
    expect(await bucket.objectExists('1/4-1')).toBe(false);
    expect(uploads).toHaveLength(1);
    await expect(bucket.uploadPart('1/4-1', uploads[0] ?? '', Buffer.from('x'), 1)).rejects.toThrow();
  });

  test('parts of a process that died go by the id of their upload', async () => {
    const upload = await bucket.getMultipartUploadId('1/5-1');
    await bucket.uploadPart('1/5-1', upload, randomBytes(1024), 1);
    await store.remove('1/5-1', upload);
    await expect(bucket.uploadPart('1/5-1', upload, Buffer.from('x'), 1)).rejects.toThrow();
    // The loop that removes the file may die after the removal, and remove it again.
    await store.remove('1/5-1', upload);
  });

  test('a server that is away is waited for, and a wrong secret is a mistake', async () => {
    const away = s3Store({ ...settings, endpoint: 'http://127.0.0.1:1/reports' });
    await expect(away.write('1/6-1', pieces(), async () => undefined)).rejects.toMatchObject({ kind: 'unavailable' });
    const wrong = s3Store({ ...settings, secretAccessKey: 'another' });
    await expect(wrong.write('1/6-1', pieces(), async () => undefined)).rejects.toMatchObject({ status: 403 });
  });

  describe('of reports', () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await startReports({
        env: {
          ARTIFACTS_S3_ENDPOINT: settings.endpoint,
          ARTIFACTS_S3_REGION: settings.region,
          ARTIFACTS_S3_ACCESS_KEY_ID: settings.accessKeyId,
          ARTIFACTS_S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
        },
      });
    });
    afterAll(() => harness.stop());

    test('a file above 16 MiB is an object, each download has the same bytes, and it goes with its report', async () => {
      for (let index = 0; index < 3_000; index += 1) {
        const createdAt = new Date(Date.now() - 3_600_000);
        harness.opportunities.push({ name: `${'n'.repeat(6_000)} ${index}`, amountCents: 1n, createdAt });
      }
      const id = await harness.generate({ format: ReportFormat.CSV });
      const report = await harness.ended(id);
      expect(report).toMatchObject({ status: ReportStatus.READY, rows: 3_000n });
      const { rows } = await sql<{ fence: bigint; store: string }>`
        select fence, store from report_files where report_id = ${id}`.execute(harness.db.kysely);
      expect(rows).toEqual([expect.objectContaining({ store: 's3' })]);
      const name = `1/${id}-${rows[0]?.fence}`;
      expect(BigInt(await bucket.getContentLength(name))).toBe(report.bytes);
      const [first, second] = [await harness.download(id), await harness.download(id)];
      expect(BigInt(first.bytes.length)).toBe(report.bytes);
      expect(second.bytes.equals(first.bytes)).toBe(true);
      await harness.reports(editor).deleteReport({ id });
      await sql`update report_files set created_at = now() - interval '2 days'`.execute(harness.db.kysely);
      // The loop that deletes the file runs at each start.
      await harness.start();
      await eventually(async () => expect(await bucket.objectExists(name)).toBe(false));
    });
  });
});
