import { freePort } from '@drippulse/servers';
import pg from 'pg';
import { analystConfig } from './clients.ts';
import { type Runtime, startRuntime } from './runtime.ts';
import type { Servers } from './servers.ts';

/** Starts a process of analytics, which counts the events of the runtimes. */
export async function startAnalyst(servers: Servers, opened: { stop(): unknown }[]): Promise<Runtime> {
  await knowOrganizations(servers.postgresUrl);
  const config = analystConfig({
    databaseUrl: servers.postgresUrl,
    kafkaBrokers: servers.kafka.brokers,
    addresses: {},
    grpcPort: await freePort(),
  });
  const ignore = () => undefined;
  const analyst = startRuntime({
    ...{ name: 'e', program: 'analyst-process.ts', config, folder: servers.folder },
    ...{ onStall: ignore, onConnection: ignore },
  });
  opened.push(analyst);
  await analyst.untilReady();
  return analyst;
}

/** Stores the organizations' time zones, because this run has no service that could report them. */
async function knowOrganizations(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`
    insert into analytics.organizations (organization_id, timezone)
    select id, case when id % 2 = 0 then 'Asia/Kathmandu' else 'UTC' end from generate_series(1, 100) as id`);
  await client.end();
}
