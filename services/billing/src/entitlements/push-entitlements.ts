import { EntitlementsService } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import type { Caller } from '@drippulse/rpc';
import { counters } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { entitlementsToProto, readContent } from './content.ts';

const withinMs = 2_000;
const leaseSeconds = 10;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

type Push = { organization_id: bigint; service: string; failures: number; sequence: bigint; content: string };

/**
 * Pushes due entitlements to one service that has not confirmed them. Returns whether any were due. An event carries
 * the entitlements too, so a service that is unavailable misses nothing, and confirms the push when it is available
 * again.
 */
export async function pushEntitlements(ctx: Context): Promise<boolean> {
  const { rows } = await sql<Push>`
    update pushes set due_at = ${ctx.dbNow} + ${leaseSeconds} * interval '1 second'
    from pushed_entitlements as entitlements
    where (pushes.organization_id, pushes.service) = (
        select organization_id, service from pushes
        where pushed_sequence < wanted_sequence and due_at <= ${ctx.dbNow}
        order by due_at limit 1 for update skip locked)
      and entitlements.organization_id = pushes.organization_id
    returning pushes.organization_id, pushes.service, pushes.failures, entitlements.sequence, entitlements.content`.execute(
    ctx.db.kysely,
  );
  const [push] = rows;
  if (push === undefined) return false;
  try {
    await call(ctx, push);
    await sql`
      update pushes set pushed_sequence = greatest(pushed_sequence, ${push.sequence}), failures = 0
      where organization_id = ${push.organization_id} and service = ${push.service}`.execute(ctx.db.kysely);
  } catch (error) {
    ctx.log.debug({ err: error, peer: push.service }, 'entitlements were not confirmed yet');
    await putOff(ctx, push);
  }
  return true;
}

async function call(
  ctx: Context,
  { organization_id: organizationId, service, sequence, content }: Push,
): Promise<void> {
  const target = counters.find(({ name }) => name === service);
  // A service that no longer counts usage has nothing to store.
  if (target === undefined) return;
  const entitlements = entitlementsToProto(readContent(content), sequence);
  await ctx
    .client(
      EntitlementsService,
      target.name,
    )(serviceCaller(organizationId))
    .applyEntitlements({ entitlements }, { timeoutMs: withinMs });
}

async function putOff(ctx: Context, push: Push): Promise<void> {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(push.failures, 10), longestPauseMs);
  await sql`
    update pushes set failures = failures + 1, due_at = ${ctx.dbNow} + ${pauseMs} * interval '1 ms'
    where organization_id = ${push.organization_id} and service = ${push.service}`.execute(ctx.db.kysely);
}

/** Returns the caller for calls of this service about an organization. */
export function serviceCaller(organizationId: bigint): Caller {
  return { organizationId, actor: { type: 'service', id: 'billing' }, role: 'admin', mode: 'live' };
}
