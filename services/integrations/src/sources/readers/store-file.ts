import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { DB } from '../../db/schema.ts';
import { createDecoder, guessedEncoding } from './csv/decode.ts';
import type { TextFile } from './csv/read-csv.ts';

/** Size of a part in bytes. A continued reading starts again at the beginning of the part in which it stopped. */
const partBytes = 256 * 1024;

export type StoredFile = { id: string; bytes: bigint; encoding: string; warnings: string[]; created_at: Date };

type Owner = { organizationId: bigint; sourceId: bigint; runId?: bigint };

/**
 * Stores a file as UTF-8, in parts, so that any process can read from any byte. If storing is interrupted, nothing is
 * kept.
 */
export async function storeFile(db: Kysely<DB>, owner: Owner, chunks: AsyncIterable<Uint8Array>): Promise<StoredFile> {
  const id = uuidv7();
  const { organizationId: organization_id, sourceId: data_source_id, runId: run_id = null } = owner;
  await db
    .insertInto('source_files')
    .values({ id, organization_id, data_source_id, run_id, encoding: 'utf-8', warnings: [] })
    .execute();
  try {
    const decoder = createDecoder();
    const parts = createParts(async (part, content) => {
      await db.insertInto('source_file_parts').values({ file_id: id, part, organization_id, content }).execute();
    });
    for await (const chunk of chunks) await parts.write(decoder.write(chunk));
    await parts.write(decoder.end());
    const bytes = await parts.end();
    const encoding = decoder.encoding();
    const warnings = encoding === 'windows-1252' ? [guessedEncoding] : [];
    return await db
      .updateTable('source_files')
      .set({ bytes: BigInt(bytes), encoding, warnings, is_complete: true })
      .where('id', '=', id)
      .returning(['id', 'bytes', 'encoding', 'warnings', 'created_at'])
      .executeTakeFirstOrThrow();
  } catch (error) {
    await db.deleteFrom('source_files').where('id', '=', id).execute();
    throw error;
  }
}

/** Cuts text into parts of equal size. */
function createParts(store: (part: number, content: Buffer) => Promise<void>) {
  let waiting: Buffer[] = [];
  let length = 0;
  let part = 0;
  async function flush(all: Buffer): Promise<void> {
    await store(part, all);
    part += 1;
  }
  return {
    async write(text: string): Promise<void> {
      waiting.push(Buffer.from(text));
      length += Buffer.byteLength(text);
      if (length < partBytes) return;
      const all = Buffer.concat(waiting);
      let from = 0;
      for (; all.length - from >= partBytes; from += partBytes) await flush(all.subarray(from, from + partBytes));
      waiting = [all.subarray(from)];
      length = all.length - from;
    },
    async end(): Promise<number> {
      const rest = Buffer.concat(waiting);
      if (rest.length > 0) await flush(rest);
      return rest.length === 0 ? part * partBytes : (part - 1) * partBytes + rest.length;
    },
  };
}

/** Finds the newest complete upload of a data source. */
export async function findUpload(db: Kysely<DB>, { organizationId, sourceId }: Owner): Promise<StoredFile | undefined> {
  return db
    .selectFrom('source_files')
    .select(['id', 'bytes', 'encoding', 'warnings', 'created_at'])
    .where('organization_id', '=', organizationId)
    .where('data_source_id', '=', sourceId)
    .where('run_id', 'is', null)
    .where('is_complete', '=', true)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Finds the newest complete uploads of data sources, by id. */
export async function findUploads(
  db: Kysely<DB>,
  organizationId: bigint,
  ids: readonly bigint[],
): Promise<Map<bigint, StoredFile>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<StoredFile & { data_source_id: bigint }>`
    select distinct on (data_source_id) data_source_id, id, bytes, encoding, warnings, created_at from source_files
    where organization_id = ${organizationId} and data_source_id = any(${[...ids]}::bigint[])
      and run_id is null and is_complete
    order by data_source_id, id desc`.execute(db);
  return new Map(rows.map((row) => [row.data_source_id, row]));
}

/** Finds a complete file by its id. */
export async function findFile(db: Kysely<DB>, organizationId: bigint, id: string): Promise<StoredFile | undefined> {
  return db
    .selectFrom('source_files')
    .select(['id', 'bytes', 'encoding', 'warnings', 'created_at'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .where('is_complete', '=', true)
    .executeTakeFirst();
}

/** Opens a stored file as text that is read part by part. */
export function readStored(db: Kysely<DB>, file: StoredFile): TextFile {
  return {
    bytes: Number(file.bytes),
    warnings: file.warnings,
    async *read(from) {
      for (let part = Math.floor(from / partBytes); ; part += 1) {
        const { rows } = await sql<{ content: Buffer }>`
          select content from source_file_parts where file_id = ${file.id} and part = ${part}`.execute(db);
        const [found] = rows;
        if (found === undefined) return;
        const skipped = from - part * partBytes;
        yield skipped > 0 ? found.content.subarray(skipped) : found.content;
      }
    },
  };
}
