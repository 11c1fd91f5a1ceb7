import { startCounting } from '@drippulse/entitlements';
import { type LookUpTxt, lookUpTxt } from '@drippulse/http';
import { createMailer, sealedMails } from '@drippulse/mail';
import { WorkflowCatalogService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { createLimiters, defineService } from '@drippulse/service';
import { lockRevision } from '@drippulse/writes';
import { migrations } from '../db/migrations/index.ts';
import type { DB } from '../db/schema.ts';
import { startAuditTrail } from './audit/consume.ts';
import { auditedRows } from './audited-rows.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { createMailLimits } from './links/mail-limits.ts';
import { startAuditRetention } from './loops/audit-retention.ts';
import { startDeleteOrganizations } from './loops/delete-organizations.ts';
import { startExpiryLoop } from './loops/expiry.ts';
import { startMailResets } from './loops/mail-resets.ts';
import { startSendMails } from './loops/send-mails.ts';
import { createIdentityMetrics } from './metrics.ts';
import { lockNotificationsRevision } from './notifications/lock.ts';
import { organizationTables } from './organization-tables.ts';
import { lockAccountRevision, lockMemberRevision } from './organizations/lock.ts';
import { modeOfProject } from './projects/mode.ts';
import { identityRoutes } from './rpc/index.ts';
import { sealedColumns } from './sealed-columns.ts';
import { createLoginLimits } from './sessions/login-limits.ts';
import { createPasswords } from './sessions/passwords.ts';
import { createSessionTokens } from './sessions/tokens.ts';
import { createProviders } from './sign-in/providers.ts';
import { lockSsoRevision } from './sso/rows.ts';
import { countSeats } from './team-members/seats.ts';

export type { Config } from './config.ts';

/** Set by tests only. */
type Overrides = { redisTimeoutMs?: number; lookUpTxt?: LookUpTxt };

/** The identity service. Callers use only the clients of `identity.v1`. */
export const service = defineService<Config, DB, Overrides>({
  name: 'identity',
  readConfig,
  migrations,
  organizationTables,
  sealed: [...sealedColumns, sealedMails],
  rowModes: (base) => {
    const clients = { workflows: base.client(WorkflowCatalogService) };
    return { projects: (caller, id) => modeOfProject(clients, caller, id) };
  },
  rowRevisions: {
    account: lockAccountRevision,
    security: lockAccountRevision,
    notifications: lockNotificationsRevision,
    team_members: lockMemberRevision,
    projects: lockRevision('projects'),
    sso: lockSsoRevision,
    api_keys: lockRevision('api_keys'),
  },
  auditedRows: () => auditedRows,
  async open(base, keep, { redisTimeoutMs: timeoutMs, lookUpTxt: askNameServers = lookUpTxt }) {
    const { config, clock, log, registry } = base;
    const limiters = keep(createLimiters(config.redisUrl, { log, registry, timeoutMs }));
    const mailer = createMailer(config);
    keep({ stop: async () => mailer?.close() });
    const ctx: Context = {
      ...base,
      clients: { workflows: base.client(WorkflowCatalogService) },
      passwords: createPasswords(),
      sessionTokens: createSessionTokens(config.sessionKeys, clock),
      loginLimits: createLoginLimits(limiters),
      providers: createProviders(config, keep),
      lookUpTxt: askNameServers,
      mailer,
      mailLimits: createMailLimits(limiters),
      metrics: createIdentityMetrics(registry),
      wake: { mails: () => mailing.wake(), resets: () => resetting.wake() },
    };
    const mailing = keep(startSendMails(ctx));
    const resetting = keep(startMailResets(ctx));
    keep(startExpiryLoop(ctx));
    keep(startDeleteOrganizations(ctx));
    keep(startAuditRetention(ctx));
    keep(await startAuditTrail(ctx));
    const counting = keep(await startCounting(ctx, { name: 'identity', standing: { seats: countSeats } }));
    const own = identityRoutes(ctx);
    return (router) => {
      own(router);
      counting.routes(router);
    };
  },
});
