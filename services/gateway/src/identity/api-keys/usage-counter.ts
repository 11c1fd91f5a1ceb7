import type { Database } from '@drippulse/db';
import { type Clock, type LoopLog, startLoop } from '@drippulse/loops';
import { sql } from 'kysely';
import type { DB } from '../../db/schema.ts';

/** Counts the requests of API keys in memory and writes them in batches. */
export type UsageCounter = {
  count(apiKeyId: bigint, isError: boolean): void;
  /** Writes what was counted last. */
  stop(): Promise<void>;
};

type Usage = { apiKeyId: bigint; day: string; requests: number; errors: number; lastUsedAt: Date };

/** Up to 10 s of counts may be lost in a crash, the documentation says; this leaves room for a slow write. */
const flushEveryMs = 5000;

export function startUsageCounter(options: { db: Database<DB>; clock: Clock; log: LoopLog }): UsageCounter {
  const { db, clock, log } = options;
  let counted = new Map<string, Usage>();

  async function flush(): Promise<undefined> {
    const batch = counted;
    counted = new Map();
    if (batch.size === 0) return;
    try {
      await write(db, [...batch.values()]);
    } catch (error) {
      for (const usage of batch.values()) add(usage);
      throw error;
    }
  }

  function add(usage: Usage): void {
    const key = `${usage.day} ${usage.apiKeyId}`;
    const known = counted.get(key);
    if (!known) {
      counted.set(key, usage);
      return;
    }
    known.requests += usage.requests;
    known.errors += usage.errors;
    if (usage.lastUsedAt > known.lastUsedAt) known.lastUsedAt = usage.lastUsedAt;
  }

  const loop = startLoop({ name: 'api-key-usage', log, maxIdleMs: flushEveryMs, run: flush });
  return {
    count(apiKeyId, isError) {
      const lastUsedAt = clock.now();
      const day = lastUsedAt.toISOString().slice(0, 10);
      add({ apiKeyId, day, requests: 1, errors: isError ? 1 : 0, lastUsedAt });
    },
    async stop() {
      await loop.stop();
      await flush().catch((error: unknown) => log.error({ err: error }, 'the last usage counts were lost'));
    },
  };
}

/** Rows are written in the order of the keys, so that two gateways never wait for each other in a circle. */
async function write(db: Database<DB>, usages: Usage[]): Promise<void> {
  const sorted = usages.toSorted((a, b) => Number(a.apiKeyId - b.apiKeyId));
  const ids = sorted.map((usage) => usage.apiKeyId);
  const days = sorted.map((usage) => usage.day);
  const requests = sorted.map((usage) => usage.requests);
  const errors = sorted.map((usage) => usage.errors);
  const times = sorted.map((usage) => usage.lastUsedAt.toISOString());
  await db.kysely.transaction().execute(async (trx) => {
    await sql`
      insert into api_key_usage (api_key_id, day, requests, errors)
      select counted.* from unnest(${ids}::bigint[], ${days}::date[], ${requests}::bigint[], ${errors}::bigint[])
        as counted (api_key_id, day, requests, errors)
      order by counted.api_key_id, counted.day
      on conflict (api_key_id, day) do update
      set requests = api_key_usage.requests + excluded.requests, errors = api_key_usage.errors + excluded.errors`.execute(
      trx,
    );
    await sql`
      update api_keys set last_used_at = greatest(last_used_at, used.at)
      from (
        select api_key_id, max(at) as at from unnest(${ids}::bigint[], ${times}::timestamptz[]) as u (api_key_id, at)
        group by api_key_id
      ) as used
      where api_keys.id = used.api_key_id`.execute(trx);
  });
}
