import type { Resolve } from '@drippulse/http';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { sql } from 'kysely';
import { createEffectAdapters } from './adapters/adapters.ts';
import { type Config, readConfig } from './config.ts';
import { consumeCrm } from './consumers/crm.ts';
import { consumeErasures } from './consumers/erasures.ts';
import { consumeWorkflows } from './consumers/workflows.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { createDefinitions } from './definitions/definitions.ts';
import { createEffectPool } from './effect-pool/effect-pool.ts';
import { findMode } from './enrollments/mode.ts';
import type { Fault } from './fault-points.ts';
import { createDueCounts } from './funnel/due-counts.ts';
import { startAdvance } from './loops/advance.ts';
import { startDrainDeleted } from './loops/drain-deleted.ts';
import { startEnrollSources } from './loops/enroll-sources.ts';
import { startErasePeople } from './loops/erase-people.ts';
import { startFireSchedules } from './loops/fire-schedules.ts';
import { startForgetChains } from './loops/forget-chains.ts';
import { startMakePartitions } from './loops/make-partitions.ts';
import { startMeasureDue } from './loops/measure-due.ts';
import { startPruneHistory } from './loops/prune-history.ts';
import { startSealVersions } from './loops/seal-versions.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = {
  /** Kills the process at a point. */
  fault?: Fault;
  /** Shifts the database's time, in milliseconds. */
  shiftMs?: () => number;
  /** Resolves the names of callbacks. */
  resolve?: Resolve;
};

export const service = defineService<Config, DB, Overrides>({
  name: 'enrollment-runtime',
  readConfig,
  migrations,
  rowModes: ({ db }) => ({ enrollments: (caller, _id, ids) => findMode(db.kysely, caller, ids) }),
  async open(base, keep, { fault, shiftMs = () => 0, resolve }) {
    const { db, config, client } = base;
    const adapters = createEffectAdapters({ config, resolve });
    keep({ stop: () => adapters.close() });
    const ctx: Context = {
      ...base,
      get dbNow() {
        const ms = shiftMs();
        return ms === 0 ? sql<Date>`now()` : sql<Date>`(now() + make_interval(secs => ${ms / 1000}))`;
      },
      clients: {
        workflows: client(WorkflowsService),
        signing: client(WebhookSigningService),
        crm: {
          accounts: client(CrmAccountsService),
          contacts: client(CrmContactsService),
          leads: client(CrmLeadsService),
          opportunities: client(CrmOpportunitiesService),
          activities: client(CrmActivitiesService),
          erasures: client(CrmErasuresService),
        },
      },
      definitions: createDefinitions(db.kysely, base.sealer),
      dueCounts: createDueCounts(() => ctx),
      adapters,
      random: Math.random,
      metrics: createServiceMetrics(base.registry),
      wake: {
        advance: () => advancing.wake(),
        drain: () => draining.wake(),
        schedules: () => firing.wake(),
        sources: () => enrolling.wake(),
        erasures: () => erasing.wake(),
      },
      ...(fault && { fault }),
    };
    keep(startPruneHistory(ctx));
    keep(startForgetChains(ctx));
    keep(startMeasureDue(ctx));
    keep(startMakePartitions(ctx));
    keep(startSealVersions(ctx));
    const erasing = keep(startErasePeople(ctx));
    const enrolling = keep(startEnrollSources(ctx));
    const firing = keep(startFireSchedules(ctx));
    const draining = keep(startDrainDeleted(ctx));
    const pool = keep(createEffectPool(ctx));
    const advancing = keep(startAdvance(ctx, pool));
    keep(await consumeWorkflows(ctx));
    keep(await consumeCrm(ctx));
    keep(await consumeErasures(ctx));
    return routesOf(ctx);
  },
});
