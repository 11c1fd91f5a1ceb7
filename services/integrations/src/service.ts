import { createHttpClient } from '@drippulse/http';
import { createMailer } from '@drippulse/mail';
import { CrmRecordBatchesService } from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import { FailuresService } from '@drippulse/proto/drippulse/enrollments/v1/failures_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { findAction, findProvider } from '@drippulse/providers';
import { defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import { auditedRows } from './audited-rows.ts';
import { type Config, readConfig } from './config.ts';
import { consumeOrganizations } from './consumers/organizations.ts';
import type { Catalog, Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { effectPartitions } from './effects/partitions.ts';
import { createEffects } from './effects/perform-effect.ts';
import type { Fault } from './fault-points.ts';
import { createAccountLimits } from './limits/account-limits.ts';
import { startAnnounceEnds } from './loops/announce-ends.ts';
import { startCheckKeys } from './loops/check-keys.ts';
import { startForgetAuthorizations } from './loops/forget-authorizations.ts';
import { startForgetSources } from './loops/forget-sources.ts';
import { startKeepAlive } from './loops/keep-alive.ts';
import { startReportNews } from './loops/report-news.ts';
import { startRetryFailed } from './loops/retry-failed.ts';
import { startRunSources } from './loops/run-sources.ts';
import { startSendMails } from './loops/send-mails.ts';
import { startScheduledRuns } from './loops/start-scheduled-runs.ts';
import { createServiceMetrics } from './metrics.ts';
import { organizationTables } from './organization-tables.ts';
import { routesOf } from './rpc/index.ts';
import { findRunMode } from './runs/rows.ts';
import { sealedColumns } from './sealed-columns.ts';
import { findSourceMode } from './sources/rows.ts';

/**
 * Maximum length of a provider's URL. The limit is high, because the URLs of lists contain the names of the requested
 * properties.
 */
const maxUrlLength = 16_000;

/** Replacements that only tests set. */
export type Overrides = {
  /** Throws or kills the process at a point of an effect. */
  fault?: Fault;
  /** Replaces the catalog of the platform's providers. */
  catalog?: Catalog;
  random?: () => number;
  /** Throws or kills the process at a point of a run. */
  runFault?: NonNullable<Context['runFault']>;
};

export const service = defineService<Config, DB, Overrides>({
  name: 'integrations',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  partitions: () => effectPartitions,
  rowModes: ({ db }) => ({
    data_sources: (caller, id) => findSourceMode(db.kysely, caller, id),
    data_source_runs: (caller, id) => findRunMode(db.kysely, caller, id),
  }),
  auditedRows,
  rowRevisions: {
    integration_connections: lockRevision<DB>('connections'),
    data_sources: lockRevision('data_sources'),
  },
  async open(base, keep, { fault, catalog = { findAction, findProvider }, random = Math.random, runFault }) {
    const http = createHttpClient({
      allowPrivate: base.config.hostsOverride !== undefined,
      userAgent: 'DripPulse-Integrations/1',
      maxUrlLength,
    });
    keep({ stop: () => http.close() });
    const urls = createHttpClient({ allowPrivate: base.config.allowPrivate, userAgent: 'DripPulse-Integrations/1' });
    keep({ stop: () => urls.close() });
    const mailer = createMailer(base.config);
    keep({ stop: async () => mailer?.close() });
    const { config, log, registry } = base;
    if (config.hostsOverride !== undefined) {
      log.warn({ to: config.hostsOverride }, 'the calls to all providers go elsewhere (PROVIDER_HOSTS_OVERRIDE)');
    }
    const stopping = new AbortController();
    const ctx: Context = {
      ...base,
      http,
      urls,
      catalog,
      limits: keep(createAccountLimits(config.redisUrl, { log, registry })),
      mailer,
      clients: {
        identity: base.client(IdentityService),
        workflows: base.client(WorkflowCatalogService),
        failures: base.client(FailuresService),
        batches: base.client(CrmRecordBatchesService),
      },
      random,
      refreshes: new Map(),
      metrics: createServiceMetrics(registry, config),
      stopping: stopping.signal,
      wake: {
        news: () => reporting.wake(),
        mails: () => mailing.wake(),
        retries: () => retrying.wake(),
        runs: () => running.wake(),
      },
      ...(fault && { fault }),
      ...(runFault && { runFault }),
    };
    // The stop waits for each refresh. If the answer to a refresh were not stored, the connection could lose its only
    // valid token.
    keep({ stop: () => Promise.allSettled(ctx.refreshes.values()) });
    const mailing = keep(startSendMails(ctx));
    const reporting = keep(startReportNews(ctx));
    const retrying = keep(startRetryFailed(ctx));
    const running = keep(startRunSources(ctx));
    const scheduling = keep(startScheduledRuns(ctx));
    keep(await consumeOrganizations(ctx, { running, scheduling }));
    keep(startForgetSources(ctx));
    keep(startKeepAlive(ctx));
    keep(startAnnounceEnds(ctx));
    keep(startForgetAuthorizations(ctx));
    keep(startCheckKeys(ctx));
    // The abort is registered last, so that it happens first when the service stops.
    keep({ stop: async () => stopping.abort() });
    return routesOf(ctx, { effects: createEffects(ctx) });
  },
});
