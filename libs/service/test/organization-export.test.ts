import { connectDatabase } from '@drippulse/db';
import { createTestDatabase } from '@drippulse/testing';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { exportRows } from '../src/organization-rows/export.ts';
import { ownRows } from '../src/organization-rows/tables.ts';

const kib = 1024;

test('pages of an export are bounded by their bytes, and have each row once whatever its size is', async () => {
  const { url, drop } = await createTestDatabase({ name: 'export' });
  const db = connectDatabase<object>({ url, schema: 'public', service: 't', log: { warn: () => undefined } });
  await sql`
    create table documents (organization_id bigint, id bigint, text text, primary key (organization_id, id))`.execute(
    db.kysely,
  );
  // Small rows, then large rows, then a row that is larger than a page, and then small rows again.
  await sql`
    insert into documents
    select 1, id, repeat('x', case when id = 500 then ${3 * kib * kib}::int when id between 450 and 520 then ${300 * kib}::int else 10 end)
    from generate_series(1, 900) as id
    union all select 2, 1, 'of another organization'`.execute(db.kysely);
  const pages: string[] = [];
  const of = { organizationId: 1n, table: 'documents', signal: new AbortController().signal };
  for await (const page of exportRows(db.kysely, { documents: ownRows() }, of)) pages.push(page);
  const rows = pages.flatMap((page) =>
    page
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
  const sizes = pages.map((page) => Buffer.byteLength(page));
  // Each page ends with the row that reaches 1 MiB, which is either a row of 300 KiB or the large row.
  const large = sizes.filter((size) => size > (1024 + 301) * kib);
  expect(large).toHaveLength(1);
  expect(large[0]).toBeLessThan((1024 + 3 * 1024 + 1) * kib);
  // A page of small rows has many rows.
  expect(pages.length).toBeLessThan(60);
  await db.close();
  await drop();
});
