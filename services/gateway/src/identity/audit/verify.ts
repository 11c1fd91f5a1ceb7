import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/schema.ts';
import { type HashedRow, hashOfRow } from './hash.ts';

/** Result of the check of one chain. */
export type ChainFindings = { organizationId: bigint; rows: bigint; problem: string | undefined };

const sliceRows = 1_000;

/** Checks the chain of every organization, from the first row that is kept to its head. */
export async function* verifyAudit(db: Kysely<DB>): AsyncGenerator<ChainFindings> {
  const { rows: organizations } = await sql<{ id: bigint }>`
    select organization_id as id from audit_heads
    union select organization_id from audit_events order by id`.execute(db);
  for (const { id } of organizations) yield verifyChain(db, id);
}

/** Checks one chain in one snapshot, without the rows that are added in the meantime. */
async function verifyChain(db: Kysely<DB>, organizationId: bigint): Promise<ChainFindings> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      const head = await trx
        .selectFrom('audit_heads')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .executeTakeFirst();
      let rows = 0n;
      const end = (problem?: string) => ({ organizationId, rows, problem });
      if (head === undefined) return end('its head is missing');
      let number = head.kept_after;
      let hash = head.kept_hash;
      for (;;) {
        const slice = await trx
          .selectFrom('audit_events')
          .selectAll()
          .where('organization_id', '=', organizationId)
          .where('number', '>', number)
          .orderBy('number')
          .limit(sliceRows)
          .execute();
        for (const row of slice) {
          number += 1n;
          if (row.number !== number) return end(`row ${number} is missing`);
          hash = hashOfRow(hash, organizationId, row satisfies HashedRow);
          if (row.hash !== hash) return end(`row ${number} is not as it was written, or the row before it`);
          rows += 1n;
        }
        if (slice.length < sliceRows) break;
      }
      if (number !== head.number) return end(`rows ${number + 1n} to ${head.number} are missing`);
      return hash === head.hash ? end() : end('its head is not as it was written');
    });
}
