import { startCounting } from '@drippulse/entitlements';
import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { AccountService, IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import { auditedRows } from './audited-rows.ts';
import { createCaptcha } from './captcha.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { makeDecoy } from './inbound-secrets/secrets.ts';
import { findMode } from './lead-forms/form.ts';
import { startEnrollSubmissions } from './loops/enroll-submissions.ts';
import { startForgetIdentities } from './loops/forget-identities.ts';
import { startForgetInboundMessages } from './loops/forget-inbound-messages.ts';
import { startForgetMerges } from './loops/forget-merges.ts';
import { startForgetOperatorActivities, startForgetOperatorPlans } from './loops/forget-operator.ts';
import { startForgetSubmissions } from './loops/forget-submissions.ts';
import { startResealKeys } from './loops/reseal-keys.ts';
import { startImporting } from './loops/run-imports.ts';
import { createMembers } from './members.ts';
import { createServiceMetrics } from './metrics.ts';
import { findPlanMode } from './operator/plan.ts';
import { organizationTables } from './organization-tables.ts';
import { lockPipelineRevision } from './pipelines/rows.ts';
import { lockRecordRevision } from './records/lock-revision.ts';
import { routesOf } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';

export type { Config } from './config.ts';

export const service = defineService<Config, DB>({
  name: 'crm',
  readConfig,
  migrations,
  organizationTables,
  sealed: sealedColumns,
  rowModes: ({ db }) => ({
    lead_forms: (caller, id) => findMode(db.kysely, caller, id),
    plans: (caller, id) => findPlanMode(db.kysely, caller, id),
  }),
  auditedRows: () => auditedRows,
  rowRevisions: {
    accounts: lockRecordRevision('account'),
    contacts: lockRecordRevision('contact'),
    leads: lockRecordRevision('lead'),
    opportunities: lockRecordRevision('opportunity'),
    activities: lockRecordRevision('activity'),
    custom_fields: lockRevision('custom_fields'),
    opportunity_pipelines: lockPipelineRevision,
    lead_forms: lockRevision('lead_forms'),
  },
  async open(base, keep) {
    const captcha = createCaptcha(base.config);
    keep({ stop: () => captcha.close() });
    const ctx: Context = {
      ...base,
      captcha,
      members: createMembers(base.client(IdentityService)),
      decoy: makeDecoy(base.sealer),
      clients: {
        account: base.client(AccountService),
        workflows: base.client(WorkflowsService),
        enrollments: base.client(EnrollmentsService),
        chains: base.client(ChainsService),
      },
      metrics: createServiceMetrics(base.registry),
      wake: { enrollSubmissions: () => enrolling.wake(), imports: () => importing.wake() },
    };
    const importing = keep(startImporting(ctx));
    const enrolling = keep(startEnrollSubmissions(ctx));
    keep(startForgetSubmissions(ctx));
    keep(startForgetOperatorActivities(ctx));
    keep(startForgetOperatorPlans(ctx));
    keep(startForgetMerges(ctx));
    keep(startForgetInboundMessages(ctx));
    keep(startForgetIdentities(ctx));
    keep(startResealKeys(ctx));
    const counting = keep(await startCounting(ctx, { name: 'crm' }));
    const own = routesOf(ctx);
    return (router) => {
      own(router);
      counting.routes(router);
    };
  },
});
