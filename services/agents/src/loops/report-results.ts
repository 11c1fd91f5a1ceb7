import { isInfrastructureError } from '@drippulse/db';
import { type Loop, startLoop } from '@drippulse/loops';
import { type Caller, fromConnectError, modeOf } from '@drippulse/rpc';
import { serviceOf } from '@drippulse/topology';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { resultOf } from '../effects/result.ts';
import { type EffectRow, executionOf } from '../effects/rows.ts';

const sliceRows = 50;
const leaseSeconds = 60;
const longestPauseSeconds = 300;
const timeoutMs = 5_000;
const atOnce = 5;

/** Reports the results of accepted steps to the runtime, where a repeated report changes nothing. */
export function startReportResults(ctx: Context): Loop {
  return startLoop({
    name: 'report results of steps',
    log: ctx.log,
    async run() {
      const due = await claimDue(ctx);
      for (let start = 0; start < due.length; start += atOnce) {
        await Promise.all(due.slice(start, start + atOnce).map((effect) => report(ctx, effect)));
      }
      return due.length > 0 ? 0 : nextDueMs(ctx);
    },
  });
}

async function claimDue({ db }: Context): Promise<EffectRow[]> {
  const { rows } = await sql<EffectRow>`
    update effects set report_at = clock_timestamp() + make_interval(secs => ${leaseSeconds}), reports = reports + 1
    where (organization_id, effect_key, planned_at) in (
      select organization_id, effect_key, planned_at from effects
      where report_at <= clock_timestamp() order by report_at limit ${sliceRows} for update skip locked)
    returning *`.execute(db.kysely);
  return rows;
}

async function report(ctx: Context, effect: EffectRow): Promise<void> {
  const view = await executionOf(ctx.db.kysely, effect);
  const { effect_key: key, attempt, enrollment_id: enrollmentId } = effect;
  if (view === undefined) return setReport(ctx, effect, null);
  try {
    await ctx.clients
      .settlements(callerOf(effect))
      .settleEffect({ key, attempt, enrollmentId, result: resultOf(view) }, { timeoutMs });
    await setReport(ctx, effect, null);
  } catch (error) {
    if (isInfrastructureError(error)) throw error;
    // An enrollment that no longer exists needs no result.
    const isGone = fromConnectError(error).kind === 'not_found';
    await setReport(ctx, effect, isGone ? null : Math.min(2 ** effect.reports, longestPauseSeconds));
  }
}

async function setReport({ db }: Context, effect: EffectRow, pauseSeconds: number | null): Promise<void> {
  await sql`
    update effects set report_at = clock_timestamp() + ${pauseSeconds}::float8 * interval '1 second'
    where organization_id = ${effect.organization_id} and effect_key = ${effect.effect_key} and planned_at = ${effect.planned_at}
      and attempt = ${effect.attempt}`.execute(db.kysely);
}

async function nextDueMs({ db }: Context): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(report_at) - clock_timestamp())::float8 * 1000 as ms from effects
    where report_at is not null`.execute(db.kysely);
  const ms = rows[0]?.ms ?? undefined;
  return ms === undefined ? undefined : Math.max(0, Math.ceil(ms));
}

function callerOf({ organization_id: organizationId, mode }: EffectRow): Caller {
  return { organizationId, actor: { type: 'service', id: serviceOf('agents') }, role: 'editor', mode: modeOf(mode) };
}
