import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { meterToProto } from '@drippulse/entitlements';
import { type Event, type FakeStripe, signEvent, startFakeStripe } from '@drippulse/fake-providers/stripe-billing';
import { AccountBillingService } from '@drippulse/proto/drippulse/billing/v1/account_pb';
import { BillingService } from '@drippulse/proto/drippulse/billing/v1/billing_pb';
import { BillingEventSchema } from '@drippulse/proto/drippulse/billing/v1/events_pb';
import { StripeHooksService } from '@drippulse/proto/drippulse/billing/v1/stripe_pb';
import { type Entitlements, EntitlementsService } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { IdentityService } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, callerOf, fromConnectError, type Routes } from '@drippulse/rpc';
import { createHarness } from '@drippulse/service/harness';
import { counters, publicService, type ServiceName, servedBy } from '@drippulse/topology';
import type { Config } from '../src/config.ts';
import type { DB } from '../src/db/schema.ts';
import { service } from '../src/service.ts';

export const admin: Caller = { organizationId: 1n, actor: { type: 'user', id: '1' }, role: 'admin', mode: 'live' };
export const otherAdmin: Caller = { ...admin, organizationId: 2n, actor: { type: 'user', id: '3' } };

/** The caller of a route without a credential. */
const nobody: Caller = {
  organizationId: 0n,
  actor: { type: 'service', id: publicService },
  role: 'viewer',
  mode: 'live',
};

const hookSecret = 'whsec_test';

export type Harness = Awaited<ReturnType<typeof startHarness>>;

/** Starts the service on a database of its own, with its own simulated Stripe. */
export async function startHarness(
  o: {
    env?: Record<string, string>;
    config?: Partial<Config>;
    mock?: string;
    hasStripe?: boolean;
    isStopped?: boolean;
    organizations?: bigint[];
  } = {},
) {
  const mails = await mkdtemp(join(tmpdir(), 'billing-mails-'));
  const stripe = await startFakeStripe(o.mock === undefined ? {} : { mock: o.mock });
  let shiftMs = 0;
  const clock = { now: () => new Date(Date.now() + shiftMs) };
  const { organizations = [] } = o;
  /** The entitlements that each metering service has confirmed. `away` has the services that are unavailable. */
  const applied = new Map<string, Entitlements[]>();
  const away = new Set<string>();
  const usage: { used: bigint; limit?: bigint } = { used: 7n };
  /** The usage in a month, by meter and month, such as `emails 2026-11`. */
  const usedIn = new Map<string, bigint>();

  function serve(router: Parameters<Routes>[0], name: ServiceName): void {
    router.service(EntitlementsService, {
      applyEntitlements: ({ entitlements }, call) => {
        if (away.has(name)) throw new ConnectError('away', Code.Unavailable);
        const key = `${name} ${callerOf(call).organizationId}`;
        if (entitlements !== undefined) applied.set(key, [...(applied.get(key) ?? []), entitlements]);
        return { sequence: entitlements?.sequence ?? 0n };
      },
      getUsage: ({ month }) => {
        if (away.has(name)) throw new ConnectError('away', Code.Unavailable);
        const meters = counters.find((counter) => counter.name === name)?.meters ?? [];
        const of = month && timestampDate(month).toISOString().slice(0, 7);
        return {
          usage: meters.map((meter) => ({
            meter: meterToProto(meter),
            ...usage,
            ...(of !== undefined && { used: usedIn.get(`${meter} ${of}`) ?? 0n }),
          })),
        };
      },
    });
    if (name !== servedBy(IdentityService)) return;
    router.service(IdentityService, {
      listRecipients: () => ({
        recipients: [
          { userId: 1n, email: 'ada@example.com', role: Role.ADMIN },
          { userId: 2n, email: 'alan@example.com', role: Role.ADMIN },
        ],
      }),
      listOrganizationIds: ({ afterId }) => ({ ids: organizations.filter((id) => id > afterId) }),
    });
  }

  const harness = await createHarness(service, {
    env: { MAIL_DIR: mails, ...(o.hasStripe === false ? {} : stripeEnvironment(stripe)), ...o.env },
    ...(o.config && { config: o.config }),
    clock,
    overrides: { shiftMs: () => shiftMs },
    peers: counters.map(({ name }) => ({ name, routes: (router) => serve(router, name) })),
  });
  if (o.isStopped !== true) await harness.start();
  const events = await harness.collect(BillingEventSchema);
  const hooks = harness.clientsFrom(publicService, StripeHooksService)(nobody);
  return {
    config: harness.config,
    harness,
    stripe,
    events,
    applied,
    away,
    usage,
    usedIn,
    /** The time of the service, of its database and of Stripe. */
    now: clock.now,
    db: harness.connect<DB>().kysely,
    billing: harness.clientsFrom(publicService, BillingService),
    account: harness.clientsFrom(publicService, AccountBillingService),
    start: harness.start,
    stopServices: harness.stopServices,
    /** Sends an event as Stripe does. */
    deliver(event: Event, { secret = hookSecret, at }: { secret?: string; at?: number } = {}) {
      const signed = signEvent(event, secret, at ?? Math.floor((Date.now() + shiftMs) / 1000));
      return hooks.receiveStripeEvent(
        { body: { contentType: 'application/json', data: Buffer.from(signed.body) } },
        { headers: { 'stripe-signature': signed.header } },
      );
    },
    hooks,
    /** Moves the clocks of the service, of its database and of Stripe. */
    shift(ms: number) {
      shiftMs += ms;
      stripe.shift(ms / 1000);
    },
    mails: async () => (await readdir(mails)).filter((name) => name.endsWith('.eml')),
    mailDir: mails,
    async stop() {
      await harness.stop();
      await stripe.stop();
      await rm(mails, { recursive: true, force: true });
    },
  };
}

function stripeEnvironment(stripe: FakeStripe): Record<string, string> {
  return {
    STRIPE_SECRET_KEY: 'sk_test_123',
    STRIPE_WEBHOOK_SECRET: `whsec_old, ${hookSecret}`,
    STRIPE_API_BASE: stripe.url,
  };
}

/** Returns the reason of a refused call, and the pause after which it may be repeated. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ reason: string; retryAfterSeconds?: number } | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => {
      const { reason, retryAfterSeconds } = fromConnectError(error);
      return { reason, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
    },
  );
}
