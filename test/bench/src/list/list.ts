import type { Bench } from '../bench.ts';
import { percentile, round } from '../measuring/percentile.ts';
import type { Api } from '../services/api.ts';
import { startServices } from '../services/start-services.ts';
import { type BenchPostgres, startPostgres } from '../start-postgres.ts';
import { fillList } from './fill-list.ts';

const whole = { enrollments: 1_000_000, rounds: 40, naiveRounds: 5 };
const short = { enrollments: 50_000, rounds: 10, naiveRounds: 3 };

/** The requests of a person or a back end. Each answer contains the funnel of the whole workflow. */
const queries = {
  newest: '',
  numbered: '?page=50&per_page=100',
  active: '?status=active',
  completed: '?status=completed',
  failed: '?status=failed',
  step: '?step_index=1',
  step_and_status: '?step_index=1&status=cancelled',
  reference: '?lead_ref=crm-4711',
  text: '?q=person4711@',
  name: '?q=last1234',
  common_text: '?q=example',
  text_and_status: '?q=last1234&status=active',
} as const;

/** Measures a list with its funnel over one large workflow, through the REST API, compared with plain SQL. */
export const list: Bench = async (options) => {
  const { enrollments, rounds, naiveRounds } = options.short ? short : whole;
  const postgres = await startPostgres();
  const opened: { stop(): Promise<void> }[] = [postgres];
  try {
    const services = await startServices(postgres);
    opened.push(services);
    options.progress(`list: filling ${enrollments} enrollments …`);
    await fillList(postgres, enrollments);
    options.progress('list: reading …');
    await check(services.api, enrollments);
    const times = await measure(services.api, rounds);
    const naive = await measureNaive(postgres, naiveRounds);
    const p95Ms = percentile(Object.values(times).flat(), 0.95);
    const naiveP95Ms = percentile(naive, 0.95);
    return {
      p95_ms: round(p95Ms),
      p50_ms: round(percentile(Object.values(times).flat(), 0.5)),
      naive_p95_ms: round(naiveP95Ms),
      ratio_naive: round(naiveP95Ms / p95Ms),
      ...Object.fromEntries(
        Object.entries(times).map(([name, all]) => [`${name}_p95_ms`, round(percentile(all, 0.95))]),
      ),
      enrollments,
    };
  } finally {
    for (const part of opened.reverse()) await part.stop();
  }
};

async function check(api: Api, enrollments: number): Promise<void> {
  const answer = await api('GET', '/workflows/1/enrollments');
  const { totals, steps } = answer.step_funnel;
  const waiting = steps[1]?.waiting_leads;
  if (totals.total_enrollments !== enrollments || waiting !== enrollments * 0.6 || answer.enrollments.length !== 100) {
    throw new Error(`not the list that was filled: ${JSON.stringify(answer.step_funnel)}`);
  }
}

/** Runs the queries in turn, so that the cache never contains the pages of one query only. */
async function measure(api: Api, rounds: number): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(queries).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, query] of Object.entries(queries)) {
      const startedAt = performance.now();
      await api('GET', `/workflows/1/enrollments${query}`);
      // The first round is not measured, because it compiles code and opens connections.
      if (round > 0) times[name]?.push(performance.now() - startedAt);
    }
  }
  return times;
}

/** Measures a naive page and funnel, which count the rows. */
async function measureNaive({ client }: BenchPostgres, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    await client.query(`
      select step_index, status, count(*), count(*) filter (where next_run_at > now()) as waiting
      from (
        select step_index, status, next_run_at from enrollments.runs where workflow_id = 1
        union all
        select step_index, status, null from enrollments.outcomes where workflow_id = 1
      ) as placed
      group by step_index, status`);
    await client.query('select * from enrollments.enrollments where workflow_id = 1 order by id desc limit 100');
    times.push(performance.now() - startedAt);
  }
  return times;
}
