import { ChainsService } from '@drippulse/proto/drippulse/enrollments/v1/chains_pb';
import { EnrollmentsService } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { defineService } from '@drippulse/service';
import { createCaptcha } from './captcha.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { findMode } from './lead-forms/form.ts';
import { startEnrollSubmissions } from './loops/enroll-submissions.ts';
import { startForgetIdentities } from './loops/forget-identities.ts';
import { startForgetMerges } from './loops/forget-merges.ts';
import { startForgetSubmissions } from './loops/forget-submissions.ts';
import { startResealKeys } from './loops/reseal-keys.ts';
import { startImporting } from './loops/run-imports.ts';
import { createMembers } from './members.ts';
import { createServiceMetrics } from './metrics.ts';
import { routesOf } from './rpc/index.ts';

export type { Config } from './config.ts';

export const service = defineService<Config, DB>({
  name: 'crm',
  readConfig,
  migrations,
  rowModes: ({ db }) => ({ lead_forms: (caller, id) => findMode(db.kysely, caller, id) }),
  open(base, keep) {
    const captcha = createCaptcha(base.config);
    keep({ stop: () => captcha.close() });
    const ctx: Context = {
      ...base,
      captcha,
      members: createMembers(base.client(IdentityService)),
      clients: {
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
    keep(startForgetMerges(ctx));
    keep(startForgetIdentities(ctx));
    keep(startResealKeys(ctx));
    return routesOf(ctx);
  },
});
