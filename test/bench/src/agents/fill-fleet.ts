import type { BenchPostgres } from '../start-postgres.ts';

/** Number of agents in the fleet. */
const fleetAgents = 200;

/**
 * Inserts executions of the last day for agents of organization 1, with the counts that the end of an execution writes.
 */
export async function fillFleet({ client }: BenchPostgres, executions: number): Promise<void> {
  await client.query('set search_path = agents, public');
  await client.query(
    `insert into agents (organization_id, mode, name, type, status, template_id, configuration, created_at, updated_at)
     select 1, 'live', 'Fleet ' || n, 'template', 'active', 1, '{}', now(), now() from generate_series(1, $1::int) as n`,
    [fleetAgents],
  );
  const placed = `
    select n, (select min(id) from agents where name like 'Fleet %') + n % ${fleetAgents} as agent_id,
      case when n % 25 = 0 then 'failed' else 'succeeded' end as status, (n * 7) % 12 as bucket,
      date_trunc('hour', now() - (n % 20) * interval '1 hour') + (n % 3600) * interval '1 ms' as at
    from generate_series(1, $1::int) as n`;
  await client.query(
    `insert into executions (key, organization_id, agent_id, mode, kind, work, destination, status, error_code, fingerprint,
       actor_type, actor_id, created_at, started_at, finished_at)
     select gen_random_uuid(), 1, agent_id, 'live', 'score_lead', 'decide', 'none', status,
       case when status = 'failed' then 'timeout' end, '', 'user', '1', at, at, at from (${placed}) as placed`,
    [executions],
  );
  await client.query(
    `insert into execution_counts (hour, organization_id, agent_id, kind, outcome, bucket, shard, executions, cost_pico_usd,
       input_tokens, output_tokens)
     select date_trunc('hour', at, 'UTC'), 1, agent_id, 'score_lead', case when status = 'failed' then 'timeout' else status end, bucket,
       n % 4, count(*), 0, 0, 0
     from (${placed}) as placed group by 1, 3, 5, 6, 7`,
    [executions],
  );
  await client.query('vacuum analyze');
}
