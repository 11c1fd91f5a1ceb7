import { createMailer } from '@drippulse/mail';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { defineService } from '@drippulse/service';
import { sql } from 'kysely';
import { auditedRows } from './audited-rows.ts';
import { type Config, readConfig } from './config.ts';
import { consumeUsage } from './consumers/usage.ts';
import type { Context } from './context.ts';
import { migrations } from './db/migrations/index.ts';
import type { DB } from './db/schema.ts';
import { startDun } from './loops/dun.ts';
import { startFetchCustomers } from './loops/fetch-customers.ts';
import { startLookAtUsage } from './loops/look-at-usage.ts';
import { startPushEntitlements } from './loops/push-entitlements.ts';
import { startRenewEntitlements } from './loops/renew-entitlements.ts';
import { startRepeatOperations } from './loops/repeat-operations.ts';
import { startSendMails } from './loops/send-mails.ts';
import { startSendUsage } from './loops/send-usage.ts';
import { startSweepStripe } from './loops/sweep-stripe.ts';
import { startWriteNotices } from './loops/write-notices.ts';
import { createServiceMetrics } from './metrics.ts';
import { endOrganization } from './operations/end-organization.ts';
import { organizationTables } from './organization-tables.ts';
import { routesOf } from './rpc/index.ts';
import { lockSettingsRevision } from './settings/rows.ts';
import { openStripe } from './stripe/account.ts';

export type { Config } from './config.ts';

/** Milliseconds by which the time of the database is shifted, for tests. */
type Overrides = { shiftMs?(): number };

export const service = defineService<Config, DB, Overrides>({
  name: 'billing',
  readConfig,
  migrations,
  organizationTables,
  endOrganization: ({ config, clock, db }) => endOrganization({ db, stripe: openStripe(config, clock) }),
  auditedRows: () => auditedRows,
  rowRevisions: { billing: lockSettingsRevision },
  async open(base, keep, { shiftMs = () => 0 }) {
    const { config, clock } = base;
    const mailer = createMailer(config);
    keep({ stop: async () => mailer?.close() });
    const ctx: Context = {
      ...base,
      get dbNow() {
        const ms = shiftMs();
        return ms === 0
          ? sql<Date>`clock_timestamp()`
          : sql<Date>`(clock_timestamp() + make_interval(secs => ${ms / 1000}))`;
      },
      stripe: openStripe(config, clock),
      clients: { identity: base.client(IdentityService) },
      mailer,
      metrics: createServiceMetrics(base.registry),
      wake: {
        fetches: () => fetching?.wake(),
        operations: () => repeating?.wake(),
        pushes: () => pushing.wake(),
        notices: () => writing.wake(),
        mails: () => mailing.wake(),
        usage: () => looking?.wake(),
        hours: () => sending?.wake(),
      },
    };
    const mailing = keep(startSendMails(ctx));
    const writing = keep(startWriteNotices(ctx));
    const pushing = keep(startPushEntitlements(ctx));
    keep(startRenewEntitlements(ctx));
    keep(await consumeUsage(ctx));
    // Without Stripe nothing is fetched, and nobody gets reminders.
    const isOn = ctx.stripe !== undefined;
    const fetching = isOn ? keep(startFetchCustomers(ctx)) : undefined;
    const repeating = isOn ? keep(startRepeatOperations(ctx)) : undefined;
    if (isOn) keep(startDun(ctx));
    if (isOn) keep(startSweepStripe(ctx));
    const isMetered = isOn && Object.keys(config.plans.overage).length > 0;
    const looking = isMetered ? keep(startLookAtUsage(ctx)) : undefined;
    const sending = isMetered ? keep(startSendUsage(ctx)) : undefined;
    return routesOf(ctx);
  },
});
