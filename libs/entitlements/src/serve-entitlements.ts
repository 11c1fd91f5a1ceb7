import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { Database } from '@drippulse/db';
import { DomainError } from '@drippulse/errors';
import { type Consumer, type EventTransport, startConsumer } from '@drippulse/events';
import type { LoopLog } from '@drippulse/loops';
import type { Logger, Metrics } from '@drippulse/observability';
import { type Entitlements, EntitlementsService } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import { callerOf, type Routes } from '@drippulse/rpc';
import { counters, limiter, type ServiceName } from '@drippulse/topology';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { applyEntitlements } from './apply-entitlements.ts';
import { startUsageLoop } from './fold-usage.ts';
import { type MeterSource, readUsage, type StandingCounts } from './read-usage.ts';
import { entitlementsTopic } from './topics.ts';

/** The members of a service's context that counting needs. */
type Base<DB> = {
  db: Database<DB>;
  events: EventTransport;
  log: Logger & LoopLog;
  registry: Metrics;
  relay: { wake(): void };
};

/** A service that counts meters. */
export type Counting<DB> = {
  name: ServiceName;
  /** Returns the current time of the database, as SQL. Default: `now()`. */
  at?(): RawBuilder<Date>;
  /** Meters whose rows are counted directly. Default: a meter is the sum of the amounts added to it. */
  standing?: StandingCounts;
  /** Counts the entries that wait for room under a meter. Default: no entries wait. */
  held?: StandingCounts;
  /** Makes waiting entries due, in the transaction that applies new entitlements. */
  onApplied?(trx: Transaction<DB>, organizationId: bigint): Promise<void>;
  /** Called after the commit of the new entitlements. */
  onCommitted?(): void;
};

/**
 * Starts to count the meters of a service: consumes entitlements, and sums up usage. Returns a part of the service, and
 * the routes of EntitlementsService, which every counting service serves.
 */
export async function startCounting<DB>(
  base: Base<DB>,
  counting: Counting<DB>,
): Promise<{ routes: Routes } & Consumer> {
  const { onCommitted, at = now } = counting;
  const { meters, standing } = sourceOf(counting);
  // A meter that counts its rows directly needs no sums.
  const isSummed = meters.some((meter) => standing[meter] === undefined);
  const loop = isSummed ? startUsageLoop({ ...base, at, wakeRelay: base.relay.wake }) : undefined;
  // No entitlements are published unless some service sets limits.
  const consumer = limiter === undefined ? undefined : await consumeEntitlements(base, counting);
  return {
    routes: (router) => {
      router.service(EntitlementsService, {
        applyEntitlements: async ({ entitlements }, call) => {
          const { organizationId, actor } = callerOf(call);
          requireService(actor, limiter);
          if (entitlements === undefined)
            throw new DomainError('malformed', 'parameter_missing', 'entitlements is required');
          const { sequence, isNew } = await apply(base, counting, { organizationId, entitlements });
          if (isNew) onCommitted?.();
          return { sequence };
        },
        getUsage: ({ month }, call) => {
          const { organizationId, actor } = callerOf(call);
          requireService(actor);
          const source = {
            ...sourceOf(counting),
            ...(month && { at: sql<Date>`${timestampDate(month)}::timestamptz` }),
          };
          return readUsage(base.db.kysely, organizationId, source, counting.held ?? {});
        },
      } satisfies ServiceImpl<typeof EntitlementsService>);
    },
    beginStop: () => consumer?.beginStop(),
    async stop() {
      await consumer?.stop();
      await loop?.stop();
    },
  };
}

function consumeEntitlements<DB>(base: Base<DB>, counting: Counting<DB>): Promise<Consumer> {
  return startConsumer({
    transport: base.events,
    topic: entitlementsTopic,
    group: counting.name,
    db: base.db,
    log: base.log,
    metrics: base.registry,
    async handle(batch) {
      for (const { message } of batch) {
        const { organizationId, payload } = message;
        if (payload.case !== 'changed') continue;
        const { isNew } = await apply(base, counting, { organizationId, entitlements: payload.value });
        if (isNew) counting.onCommitted?.();
      }
    },
  });
}

async function apply<DB>(
  base: Base<DB>,
  counting: Counting<DB>,
  given: { organizationId: bigint; entitlements: Entitlements },
) {
  const applied = await base.db.kysely.transaction().execute(async (trx) => {
    const result = await applyEntitlements(trx, given, sourceOf(counting));
    if (result.isNew) await counting.onApplied?.(trx, given.organizationId);
    return result;
  });
  if (applied.isNew) base.relay.wake();
  return applied;
}

function sourceOf<DB>({ name, standing = {}, at = now }: Counting<DB>): MeterSource {
  return { meters: counters.find((counter) => counter.name === name)?.meters ?? [], standing, at: at() };
}

function now(): RawBuilder<Date> {
  return sql<Date>`now()`;
}

/** Requires that the caller is a service. With `only`, it must be this service. */
function requireService(actor: { type: string; id: string }, only?: ServiceName): void {
  if (actor.type === 'service' && (only === undefined || actor.id === only)) return;
  throw new DomainError('permission_denied', 'insufficient_role', 'Only services may call this, and set limits.');
}
