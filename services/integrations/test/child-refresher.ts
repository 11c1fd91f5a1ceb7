import { connectDatabase } from '@drippulse/db';
import { createHttpClient } from '@drippulse/http';
import { findAction, findProvider } from '@drippulse/providers';
import { bareBase, testLogger } from '@drippulse/service/harness';
import type { Config } from '../src/config.ts';
import { findConnection } from '../src/connections/rows.ts';
import { openConnection } from '../src/connections/use-connection.ts';
import type { Context } from '../src/context.ts';
import type { DB } from '../src/db/schema.ts';
import { createAccountLimits } from '../src/limits/account-limits.ts';
import { createServiceMetrics } from '../src/metrics.ts';
import { freshCredentials } from '../src/oauth/fresh-credentials.ts';
import { service } from '../src/service.ts';

/**
 * A process whose workers all need the token of one connection, after the provider refused the previous token. It
 * prints each worker's result as JSON. Members of the context that the process does not need throw when they are
 * called.
 */
const { config, connectionId, workers } = JSON.parse(process.env['TEST_INPUT'] ?? '{}') as {
  config: Config;
  connectionId: string;
  workers: number;
};
const log = testLogger();
const db = connectDatabase<DB>({ url: config.databaseUrl, schema: 'integrations', service: 'test', log, max: 5 });
const http = createHttpClient({ allowPrivate: true, userAgent: 'test' });
const base = bareBase<Config, DB>(service, db, { ENCRYPTION_KEYS: config.encryptionKeys });
const unused = () => {
  throw new Error('no test calls it');
};
const ctx: Context = {
  stopping: new AbortController().signal,
  ...base,
  config,
  http,
  urls: http,
  catalog: { findAction, findProvider },
  limits: createAccountLimits(undefined, base),
  mailer: undefined,
  clients: { identity: unused, workflows: unused, failures: unused, batches: unused },
  random: Math.random,
  refreshes: new Map(),
  metrics: createServiceMetrics(base.registry, { hostsOverride: undefined }),
  wake: { news: () => undefined, mails: () => undefined, retries: () => undefined, runs: () => undefined },
};

const opened = openConnection(ctx, await findConnection(db.kysely, 1n, BigInt(connectionId)));
if ('unusable' in opened) throw new Error(opened.unusable);
const { connection } = opened;
process.stdout.write('ready\n');
process.stdin.once('data', () => void refreshTogether());

async function refreshTogether(): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: workers }, () => freshCredentials(ctx, connection, { refusedVersion: connection.version })),
  );
  const got = answers.map((fresh) =>
    'verdict' in fresh ? fresh.verdict : { class: 'fresh', token: fresh.connection.credentials['access_token'] },
  );
  await http.close();
  await db.close();
  process.stdout.write(`${JSON.stringify(got)}\n`, () => process.exit(0));
}
