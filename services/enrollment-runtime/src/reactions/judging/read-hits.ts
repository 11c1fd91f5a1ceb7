import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { RawHit } from './judge.ts';
import type { Verdict } from './verdict.ts';

export type StoredHit = RawHit & { verdict: Verdict | null };

/** Maximum number of hits of one mail that are judged together. */
const mostOfMail = 2_000;

/** Reads the hits of each mail that happened at or after a time, in the order of their times. */
export async function readHits(
  trx: Transaction<DB>,
  mailIds: readonly bigint[],
  from: Date,
): Promise<Map<bigint, StoredHit[]>> {
  const { rows } = await sql<Row>`
    select hit.* from unnest(${mailIds}::bigint[]) as mail (id)
    cross join lateral (
      select delivery_id, id, at, kind, method, url, user_agent, address, prefetch, verdict from hits
      where delivery_id = mail.id and at >= ${from} and kind in ('open', 'click')
      order by at, id limit ${sql.lit(mostOfMail)}
    ) as hit
    order by hit.delivery_id, hit.at, hit.id`.execute(trx);
  const hits = new Map<bigint, StoredHit[]>();
  for (const row of rows) {
    const own = hits.get(row.delivery_id) ?? [];
    own.push(toHit(row));
    hits.set(row.delivery_id, own);
  }
  return hits;
}

type Row = {
  delivery_id: bigint;
  id: bigint;
  at: Date;
  kind: 'open' | 'click';
  method: string | null;
  url: string | null;
  user_agent: string | null;
  address: string | null;
  prefetch: string | null;
  verdict: Verdict | null;
};

function toHit({ id, at, kind, verdict, ...row }: Row): StoredHit {
  return {
    id,
    at,
    kind,
    verdict,
    method: row.method ?? '',
    url: row.url ?? '',
    userAgent: row.user_agent ?? '',
    address: row.address ?? '',
    prefetch: row.prefetch ?? '',
  };
}
