import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { GetAnalyticsFunnelRequest } from '@drippulse/proto/drippulse/analytics/v1/funnel_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { type Cohort, holdout, readCohort, type StepNumbers, stayOf } from '../funnels/read-cohort.ts';
import { checkVariant, readScope } from '../measures/scope.ts';
import { timezoneOf } from '../organizations/timezone-of.ts';
import { readPeriod } from '../periods/period.ts';
import { completeUntil } from '../progress/complete-until.ts';
import { stepKinds } from '../rollups/kinds.ts';
import { findVersion, type Version } from '../workflows/find-version.ts';

export async function getAnalyticsFunnel(ctx: Context, request: GetAnalyticsFunnelRequest, call: HandlerContext) {
  const caller = callerOf(call);
  const { workflowId, version, variant, enteredFrom, enteredTo } = request;
  const scope = readScope(request, caller);
  checkVariant(variant, [holdout]);
  const names = { from: 'entered_from', to: 'entered_to' };
  const period = readPeriod({ from: enteredFrom, to: enteredTo }, ctx.clock.now(), names);
  const timezone = await timezoneOf(ctx, scope.organizationId);
  const known = await findVersion(ctx, caller, { workflowId, version });
  // The time of completeness is read before the sums. If facts are counted in between, the sums contain more facts than
  // this time states, never fewer.
  const until = await completeUntil(ctx.db.kysely);
  const cohort = await readCohort(ctx.db.kysely, scope, { period, timezone, variant });
  if (known === undefined && isEmpty(cohort)) {
    throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
  }
  return {
    workflowId,
    ...(version !== undefined && { version }),
    ...(variant !== undefined && { variant }),
    enteredFrom: timestampFromDate(period.from),
    enteredTo: timestampFromDate(period.until),
    timezone,
    completeUntil: timestampFromDate(until),
    entered: BigInt(cohort.people),
    heldOut: BigInt(cohort.heldOut),
    steps: stepsOf(cohort, known),
    goals: [...cohort.goals]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, met]) => ({ name, met: BigInt(met) })),
  };
}

function isEmpty({ people, heldOut, steps, goals }: Cohort): boolean {
  return people === 0 && heldOut === 0 && steps.size === 0 && goals.size === 0;
}

function stepsOf({ steps }: Cohort, known: Version | undefined) {
  const ordered = known?.steps ?? [];
  const ids = new Set(ordered.map(({ id }) => id));
  const others = [...steps].filter(([id]) => id !== '' && !ids.has(id));
  const entered = (numbers: StepNumbers) => numbers.counts.get(stepKinds.entered) ?? 0;
  others.sort(([one, its], [other, others]) => entered(others) - entered(its) || (one < other ? -1 : 1));
  return [
    ...ordered.map(({ id, name, type }) => ({ ...toStep(id, steps.get(id)), name, type })),
    ...others.map(([id, numbers]) => toStep(id, numbers)),
  ];
}

const nothing: StepNumbers = { counts: new Map(), stays: new Map() };

function toStep(stepId: string, numbers = nothing) {
  const of = (kind: keyof typeof stepKinds) => BigInt(numbers.counts.get(stepKinds[kind]) ?? 0);
  const [entered, left, completed] = [of('entered'), of('left'), of('completed')];
  const [failed, cancelled] = [of('failed'), of('cancelled')];
  const [p50, p95] = [stayOf(numbers, 0.5), stayOf(numbers, 0.95)];
  return {
    ...{ stepId, entered, left, completed, failed, cancelled },
    active: entered - left - completed - failed - cancelled,
    ...{ waited: of('waited'), skipped: of('skipped'), held: of('held') },
    ...(p50 !== undefined && { timeP50Ms: p50 }),
    ...(p95 !== undefined && { timeP95Ms: p95 }),
  };
}
