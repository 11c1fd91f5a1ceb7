import { turnUnits } from '@drippulse/engine';
import { startCounting } from '@drippulse/entitlements';
import { type LookUpTxt, lookUpTxt, type Resolve } from '@drippulse/http';
import { createTurnQueue } from '@drippulse/loops';
import { AgentChecksService, AgentErasuresService } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { IntegrationErasuresService } from '@drippulse/proto/drippulse/integrations/v1/erasures_pb';
import { WebhookSigningService } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { sql } from 'kysely';
import { createEffectAdapters } from './adapters/adapters.ts';
import { createStepApprovals, findApprovalMode } from './approvals/index.ts';
import { auditedRows } from './audited-rows.ts';
import { type Config, readConfig } from './config.ts';
import { consumeCrm } from './consumers/crm.ts';
import { consumeErasures } from './consumers/erasures.ts';
import { consumeOrganizations } from './consumers/organizations.ts';
import { consumeWebhooks } from './consumers/webhooks.ts';
import { consumeWorkflows } from './consumers/workflows.ts';
import type { Context } from './context.ts';
import { countingOf } from './counting.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { createDefinitions } from './definitions/definitions.ts';
import { createMatches } from './definitions/matches.ts';
import { createEffectPool } from './effect-pool/effect-pool.ts';
import { findMode } from './enrollments/mode.ts';
import { createIntake, eventPartitions, startForgetEventKeys, startSpreading, waitForEvent } from './events/index.ts';
import type { Fault } from './fault-points.ts';
import { createDueCounts } from './funnel/due-counts.ts';
import { startAdvance } from './loops/advance.ts';
import { startCheckDomains } from './loops/check-domains.ts';
import { startDrainDeleted } from './loops/drain-deleted.ts';
import { startEngineWakeups } from './loops/engine-wakeups.ts';
import { startEnrollSources } from './loops/enroll-sources.ts';
import { startErasePeople } from './loops/erase-people.ts';
import { startExpireApprovals } from './loops/expire-approvals.ts';
import { startFireSchedules } from './loops/fire-schedules.ts';
import { startForgetChains } from './loops/forget-chains.ts';
import { startForgetEntries } from './loops/forget-entries.ts';
import { startForgetReports } from './loops/forget-reports.ts';
import { startForgetSends } from './loops/forget-sends.ts';
import { startJudgeHits } from './loops/judge-hits.ts';
import { startMakePartitions } from './loops/make-partitions.ts';
import { startMeasureDue } from './loops/measure-due.ts';
import { startMeasureHolds } from './loops/measure-holds.ts';
import { startNotifyApprovals } from './loops/notify-approvals.ts';
import { startNotifyHeld } from './loops/notify-held.ts';
import { startPruneHistory } from './loops/prune-history.ts';
import { startReleaseHeld } from './loops/release-held.ts';
import { startSendMails } from './loops/send-mails.ts';
import { startWatchApprovals } from './loops/watch-approvals.ts';
import { createPermits, findSuppressionMode, lockRulesRevision, lockSenderRevision } from './messaging/index.ts';
import { createServiceMetrics } from './metrics.ts';
import { organizationTables } from './organization-tables.ts';
import { type Performers, performersOf } from './performers.ts';
import { startHitBuffer } from './reactions/index.ts';
import { publicRoutesOf, routesOf } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createLinks } from './tracking/index.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = {
  /** Kills the process at a fault point. */
  fault?: Fault;
  /** Shifts the database's time, in milliseconds. */
  shiftMs?: () => number;
  /** Resolves the host names of callbacks. */
  resolve?: Resolve;
  /** Performers to use instead of the services that the platform runs. */
  performers?: Performers;
  /** Looks up the records of sending domains. */
  lookUpTxt?: LookUpTxt;
};

/**
 * Wake functions of a process with the public role. They do nothing, because the loops run in other processes and this
 * role has no loops to wake.
 */
const wakesNothing: Context['wake'] = {
  advance: () => undefined,
  drain: () => undefined,
  schedules: () => undefined,
  sources: () => undefined,
  erasures: () => undefined,
  spreading: () => undefined,
  approvals: () => undefined,
  mails: () => undefined,
  held: () => undefined,
};

export const service = defineService<Config, DB, Overrides>({
  name: 'enrollment-runtime',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  partitions: ({ trackingDays }) => [
    ...eventPartitions,
    { table: 'hits', column: 'at', keepHours: trackingDays * 24, by: 'month' },
  ],
  relays: ({ role }) => role !== 'public',
  rowModes: ({ db }) => ({
    enrollments: (caller, _id, ids) => findMode(db.kysely, caller, ids),
    approvals: (caller, id) => findApprovalMode(db.kysely, caller, id),
    suppressions: (caller, id) => findSuppressionMode(db.kysely, caller, id),
  }),
  auditedRows: () => auditedRows,
  rowRevisions: { sender: lockSenderRevision, sending_rules: lockRulesRevision },
  async open(
    base,
    keep,
    { fault, shiftMs = () => 0, resolve, performers = performersOf(base), lookUpTxt: askNameServers = lookUpTxt },
  ) {
    const { db, config, client } = base;
    const turns = createTurnQueue({ name: 'enrollments', turnUnits, rests: false });
    const definitions = createDefinitions(db.kysely, base.sealer, turns);
    const matches = createMatches();
    const adapters = createEffectAdapters({ config, resolve });
    keep({ stop: () => adapters.close() });
    const ctx: Context = {
      ...base,
      get dbNow() {
        const ms = shiftMs();
        return ms === 0 ? sql<Date>`now()` : sql<Date>`(now() + make_interval(secs => ${ms / 1000}))`;
      },
      clients: {
        identity: client(IdentityService),
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
        integrationErasures: client(IntegrationErasuresService),
        agents: { checks: client(AgentChecksService), erasures: client(AgentErasuresService) },
      },
      ...{ turns, definitions, matches },
      dueCounts: createDueCounts(() => ctx),
      adapters,
      links: createLinks(config),
      performers,
      parkings: { wait_for_event: waitForEvent(() => ctx), approval: createStepApprovals(() => ctx) },
      lookUpTxt: askNameServers,
      random: Math.random,
      metrics: createServiceMetrics(base.registry, { definitions, matches }),
      wake: {
        advance: () => advancing.wake(),
        drain: () => draining.wake(),
        schedules: () => firing.wake(),
        sources: () => enrolling.wake(),
        erasures: () => erasing.wake(),
        spreading: () => spreading.wake(),
        approvals: () => notifying.wake(),
        mails: () => mailing.wake(),
        held: () => releasing.wake(),
      },
      ...(fault && { fault }),
    };
    const judging = config.role === 'engine' ? undefined : keep(startJudgeHits(ctx));
    const hits = keep(startHitBuffer(ctx, () => judging?.wake()));
    if (config.role !== 'engine') keep(startForgetReports(ctx));
    if (config.role === 'public') {
      const engine = keep(startEngineWakeups(ctx));
      ctx.wake = {
        ...wakesNothing,
        advance: () => engine.wake('advance'),
        spreading: () => engine.wake('spreading'),
      };
      return publicRoutesOf(ctx, hits);
    }
    keep(startPruneHistory(ctx));
    keep(startForgetChains(ctx));
    keep(startForgetEntries(ctx));
    const releasing = keep(startReleaseHeld(ctx));
    keep(startForgetEventKeys(ctx));
    const spreading = keep(startSpreading(ctx));
    keep(startMeasureDue(ctx));
    keep(startMakePartitions(ctx));
    keep(startForgetSends(ctx));
    keep(startMeasureHolds(ctx));
    keep(startExpireApprovals(ctx));
    keep(startWatchApprovals(ctx));
    const mailing = keep(startSendMails(ctx));
    keep(startCheckDomains(ctx));
    const notifying = keep(startNotifyApprovals(ctx));
    keep(startNotifyHeld(ctx));
    const erasing = keep(startErasePeople(ctx));
    const enrolling = keep(startEnrollSources(ctx));
    const firing = keep(startFireSchedules(ctx));
    const draining = keep(startDrainDeleted(ctx));
    const permits = createPermits(ctx);
    const pool = keep(createEffectPool(ctx, permits));
    const advancing = keep(startAdvance(ctx, pool));
    if (config.role === 'engine') {
      const wakeups = keep(startEngineWakeups(ctx));
      wakeups.on('advance', advancing.wake);
      wakeups.on('spreading', spreading.wake);
    }
    keep(await consumeWorkflows(ctx));
    keep(await consumeOrganizations(ctx));
    keep(await consumeCrm(ctx));
    keep(await consumeErasures(ctx));
    keep(await consumeWebhooks(ctx));
    const counting = keep(await startCounting(ctx, countingOf(ctx)));
    return routesOf(ctx, { counting, intake: keep(createIntake(ctx)), hits, permits });
  },
});
