import type { Database } from '@drippulse/db';

/** Cost of one statement: pages read from the buffer cache, and returned rows. */
export type Cost = { sql: string; rows: number; buffers: number };

/** Explains every read of a database as the read runs, with its real parameters and rows. */
export function watchReads<DB>(db: Database<DB>): { take(): Cost[] } {
  let costs: Cost[] = [];
  db.pool.on('connect', (client) => {
    const plainQuery = client.query.bind(client);
    const query = async (text: string, values?: unknown[]) => {
      if (/^\s*select/i.test(text)) {
        const { rows } = await plainQuery(`explain (analyze, buffers, format json) ${text}`, values);
        const [{ Plan: plan }] = JSON.parse(rows[0]['QUERY PLAN']);
        const buffers = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
        costs.push({ sql: text, rows: plan['Actual Rows'], buffers });
      }
      return plainQuery(text, values);
    };
    Object.assign(client, { query });
  });
  return {
    take() {
      const taken = costs;
      costs = [];
      return taken;
    },
  };
}
