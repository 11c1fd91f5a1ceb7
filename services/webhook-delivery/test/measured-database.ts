import { connectDatabase, type Database } from '@drippulse/db';
import { createLogger } from '@drippulse/observability';
import type { DB } from '../src/db/schema.ts';

/** What a statement cost: pages of the buffer cache it looked at. */
export type Cost = { sql: string; buffers: number };

type Plan = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };

/**
 * The service's database. Within `measure` every statement first runs under `explain (analyze, buffers)` and is rolled
 * back: the costs are those of the real parameters on the real rows.
 */
export function measuredDatabase(url: string) {
  const log = createLogger({ service: 'test', level: 'fatal' });
  const db: Database<DB> = connectDatabase({ url, schema: 'webhooks', service: 'test', log, max: 2 });
  let costs: Cost[] | undefined;

  db.pool.on('connect', (client) => {
    const plainQuery = client.query.bind(client);
    let isInTransaction = false;
    async function query(text: string, values?: unknown[]) {
      if (/^(begin|start transaction)/i.test(text)) isInTransaction = true;
      if (/^(commit|rollback)$/i.test(text)) isInTransaction = false;
      if (costs !== undefined && /^\s*(select|with|update|insert|delete)/i.test(text)) {
        await plainQuery(isInTransaction ? 'savepoint measured' : 'begin');
        const { rows } = await plainQuery(`explain (analyze, buffers, format json) ${text}`, values);
        await plainQuery(isInTransaction ? 'rollback to savepoint measured' : 'rollback');
        const [{ Plan: plan }]: [{ Plan: Plan }] = JSON.parse(rows[0]['QUERY PLAN']);
        costs.push({ sql: text, buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] });
      }
      return plainQuery(text, values);
    }
    Object.assign(client, { query });
  });

  return {
    db,
    /** Runs something and answers what each of its statements cost. */
    async measure<T>(run: () => Promise<T>): Promise<{ result: T; costs: Cost[] }> {
      const measured: Cost[] = [];
      costs = measured;
      try {
        return { result: await run(), costs: measured };
      } finally {
        costs = undefined;
      }
    },
  };
}
