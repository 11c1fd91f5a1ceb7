import type pg from 'pg';

/** The cost of a statement: the pages of the buffer cache that it read. */
export type Cost = { sql: string; buffers: number };

type Plan = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };

/**
 * Measures the pages that statements of a pool read. Returns a function that runs `run` and measures meanwhile: every
 * statement is first run under `explain (analyze, buffers)`, which is rolled back. So costs are measured with the real
 * parameters and rows. Call `measureStatements` before the pool has opened a connection.
 */
export function measureStatements(pool: pg.Pool): <T>(run: () => Promise<T>) => Promise<{ result: T; costs: Cost[] }> {
  let costs: Cost[] | undefined;
  pool.on('connect', (client) => {
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
  return async (run) => {
    const measured: Cost[] = [];
    costs = measured;
    try {
      return { result: await run(), costs: measured };
    } finally {
      costs = undefined;
    }
  };
}
