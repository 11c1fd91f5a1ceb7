import { setTimeout as sleep } from 'node:timers/promises';
import { service as agents } from '@drippulse/agents';
import pg from 'pg';
import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import { startPostgres } from '../start-postgres.ts';

const whole = { seconds: 30 };
const short = { seconds: 4 };
const perSecond = 200;
const organizations = 4;
const day = 86_400_000;

/**
 * Measures the ledger of agents at a fixed rate. Each call reserves in seven windows, and is settled a second later.
 * All calls of an organization share three of the windows. The time of a reservation is the time of its statement, as
 * seen by this process.
 */
export const ledger: Bench = async ({ short: isShort, progress }) => {
  const { seconds } = isShort ? short : whole;
  const postgres = await startPostgres();
  const pool = new pg.Pool({ connectionString: postgres.url, max: 16, options: '-c search_path=agents' });
  try {
    await agents.migrate(postgres.url);
    progress(`ledger: ${perSecond} reservations a second for ${seconds} s …`);
    const times: { reserve: number[]; settle: number[] } = { reserve: [], settle: [] };
    const all: Promise<void>[] = [];
    const startedAt = performance.now();
    for (let n = 0; n < seconds * perSecond; n += 1) {
      const dueMs = (n * 1000) / perSecond - (performance.now() - startedAt);
      if (dueMs > 0) await sleep(dueMs);
      all.push(callOnce(pool, n, times));
    }
    await Promise.all(all);
    await check(pool, seconds * perSecond);
    // The first calls open connections and compile the functions.
    const reserves = times.reserve.slice(perSecond);
    return {
      reserve_p50_ms: round(percentile(reserves, 0.5)),
      reserve_p99_ms: round(percentile(reserves, 0.99)),
      settle_p99_ms: round(percentile(times.settle.slice(perSecond), 0.99)),
      calls: seconds * perSecond,
    };
  } finally {
    await pool.end();
    await postgres.stop();
  }
};

async function callOnce(pool: pg.Pool, n: number, times: { reserve: number[]; settle: number[] }): Promise<void> {
  const organization = n % organizations;
  const createdAt = new Date();
  const keys = [
    ...[
      `execution:${n}`,
      `agent:${organization}:${n % 10}`,
      `workflow:${organization}:${n % 5}`,
      `enrollment:${n % 1000}`,
    ],
    ...[`organization:${organization}:day`, `organization:${organization}:month`, `plan:${organization}`],
  ];
  const limits = keys.map(() => '1000000000000000');
  const ends = keys.map(() => new Date(createdAt.getTime() + day));
  const reserving = performance.now();
  const { rows } = await pool.query(
    `select * from reserve_spend($1, $2, 1, 1, $3, $4, null, 'execute', 'm', $5, $6, $7, $8, 1000, '{}', interval '1 minute', true)`,
    [createdAt, n, organization, n % 10, keys, limits, keys.map(() => false), ends],
  );
  times.reserve.push(performance.now() - reserving);
  if (rows.length > 0) throw new Error('a window was full');
  await sleep(1_000);
  const settling = performance.now();
  await pool.query(`select settle_spend($1, $2, 1, 1, 400, 'settled', 10, 0, 5)`, [createdAt, n]);
  times.settle.push(performance.now() - settling);
}

/** Checks that every call was charged in each of its windows. */
async function check(pool: pg.Pool, calls: number): Promise<void> {
  const { rows } = await pool.query<{ spent: number; reserved: number }>(
    `select sum(spent_pico_usd)::float8 as spent, sum(reserved_pico_usd)::float8 as reserved from spend_windows
    where key like 'organization:%:day'`,
  );
  const [row] = rows;
  if (row?.spent !== calls * 400 || row.reserved !== 0) throw new Error(`the sums are ${JSON.stringify(row)}`);
}
