import { connectDatabase, createSealer, type Resealed, resealColumn, type SealedColumn } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import { sql } from 'kysely';

/** Data that still needs an old key after a rotation, and that expires by itself. */
export type Waiting = { what: string; until: string; count: number };

/**
 * Reseals the columns of one service with the first of its ENCRYPTION_KEYS, while the service runs. Stored responses of
 * idempotency keys are counted instead of resealed, because they are kept only for a day.
 */
export async function rotateKeys(o: {
  url: string;
  schema: string;
  sealed: readonly SealedColumn[];
  encryptionKeys: string;
}): Promise<{ columns: Resealed[]; waiting: Waiting[] }> {
  const log = createLogger({ level: 'error' });
  const db = connectDatabase<object>({ url: o.url, schema: o.schema, service: 'keys', log, max: 1 });
  const sealer = createSealer(o.encryptionKeys);
  try {
    const columns: Resealed[] = [];
    for (const column of o.sealed) columns.push(await resealColumn(db.kysely, sealer, column));
    const head = sealer.seal(Buffer.of(), '').subarray(0, 5);
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from idempotency_keys
      where sealed and substring(response from 1 for 5) <> ${head}`.execute(db.kysely);
    const count = rows[0]?.count ?? 0;
    const waiting = count === 0 ? [] : [{ what: 'stored answers', until: 'a day after each request', count }];
    return { columns, waiting };
  } finally {
    await db.close();
  }
}
