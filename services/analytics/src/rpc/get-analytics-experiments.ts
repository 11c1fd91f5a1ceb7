import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { DomainError, refuseViolations } from '@drippulse/errors';
import {
  AnalyticsDecision,
  type GetAnalyticsExperimentsRequest,
} from '@drippulse/proto/drippulse/analytics/v1/experiments_pb';
import { type Caller, callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { compare, type Outcome, rateOf } from '../experiments/compare.ts';
import { expectedPeople } from '../experiments/expected-people.ts';
import { type Experiment, judge } from '../experiments/experiment.ts';
import { type Outcomes, readOutcomes } from '../experiments/read-variants.ts';
import { readScope } from '../measures/scope.ts';
import { timezoneOf } from '../organizations/timezone-of.ts';
import { mostDays, readPeriod } from '../periods/period.ts';
import { completeUntil } from '../progress/complete-until.ts';
import { findVersion, type Step, type Version } from '../workflows/find-version.ts';

/**
 * Maximum number of versions whose weights are requested. If more versions assigned people to a split, the split has no
 * probability.
 */
const mostVersions = 20;

export async function getAnalyticsExperiments(
  ctx: Context,
  request: GetAnalyticsExperimentsRequest,
  call: HandlerContext,
) {
  const caller = callerOf(call);
  const { workflowId, stepId, enteredFrom, enteredTo } = request;
  const scope = readScope(request, caller);
  const names = { from: 'entered_from', to: 'entered_to', usualDays: mostDays };
  const period = readPeriod({ from: enteredFrom, to: enteredTo }, ctx.clock.now(), names);
  const timezone = await timezoneOf(ctx, scope.organizationId);
  const current = await findVersion(ctx, caller, { workflowId });
  if (current === undefined) {
    throw new DomainError('not_found', 'workflow_not_found', 'There is no workflow with this id.');
  }
  const goal = request.goal ?? current.goals[0] ?? refuseGoal();
  // The time of completeness is read before the sums. If facts are counted in between, the sums contain more facts than
  // this time states, never fewer.
  const until = await completeUntil(ctx.db.kysely);
  const outcomes = await readOutcomes(ctx.db.kysely, scope, { period, timezone, goal });
  const splits = splitsOf(current, outcomes).filter(({ id }) => stepId === undefined || id === stepId);
  if (stepId !== undefined && splits.length === 0) {
    refuseViolations([{ field: 'step_id', message: 'must be the id of a split', code: 'not_found' }]);
  }
  const versions = await versionsOf(ctx, caller, { workflowId, current, outcomes });
  return {
    ...{ workflowId, goal, timezone },
    enteredFrom: timestampFromDate(period.from),
    enteredTo: timestampFromDate(period.until),
    completeUntil: timestampFromDate(until),
    experiments: splits.map((split) => experimentOf(split, outcomes, versions)),
    ...(outcomes.heldOut.people > 0 && { holdout: holdoutOf(outcomes) }),
  };
}

function refuseGoal(): never {
  const message = 'is required: the current version of the workflow has no goal';
  const violations = [{ field: 'goal', message, code: 'required' as const }];
  throw new DomainError('invalid', 'validation_failed', `goal ${message}`, { violations });
}

/** Returns the splits of the current version, followed by other splits that people went through. */
function splitsOf({ steps }: Version, outcomes: Outcomes): Pick<Step, 'id' | 'name' | 'variants'>[] {
  const own = steps.filter(({ type }) => type === 'split');
  const others = [...outcomes.splits.keys()].filter((id) => !own.some((split) => split.id === id)).sort();
  return [...own, ...others.map((id) => ({ id, name: '', variants: [] }))];
}

/** Reads the versions that assigned people to variants. Leaves out versions that no longer exist. */
async function versionsOf(
  ctx: Context,
  caller: Caller,
  { workflowId, current, outcomes }: { workflowId: bigint; current: Version; outcomes: Outcomes },
): Promise<ReadonlyMap<number, Version>> {
  const versions = new Map([[current.version, current]]);
  const numbers = new Set([...outcomes.given.values()].flatMap((given) => [...given.keys()]));
  for (const version of [...numbers].sort((one, other) => other - one).slice(0, mostVersions)) {
    if (versions.has(version)) continue;
    const found = await findVersion(ctx, caller, { workflowId, version });
    if (found !== undefined) versions.set(version, found);
  }
  return versions;
}

function experimentOf(
  { id, name, variants }: Pick<Step, 'id' | 'name' | 'variants'>,
  { splits, given }: Outcomes,
  versions: ReadonlyMap<number, Version>,
) {
  const found = splits.get(id) ?? new Map<string, Outcome>();
  const names = new Set([...variants.map((variant) => variant.name), ...[...found.keys()].sort()]);
  const outcomes = new Map([...names].map((one) => [one, found.get(one) ?? { people: 0, conversions: 0 }]));
  const expected = expectedPeople(
    given.get(id) ?? new Map(),
    (version) => versions.get(version)?.steps.find((step) => step.id === id)?.variants,
  );
  const experiment = judge(outcomes, expected);
  return {
    stepId: id,
    ...(name !== '' && { name }),
    decision: decisions[experiment.decision],
    ...(experiment.winner !== undefined && { winner: experiment.winner }),
    ...(experiment.splitChance !== undefined && { splitChance: experiment.splitChance }),
    variants: experiment.variants.map(({ name: variant, outcome, difference }) => ({
      name: variant,
      ...countsOf(outcome),
      ...(difference && { difference }),
    })),
  };
}

const decisions = {
  no_difference_yet: AnalyticsDecision.NO_DIFFERENCE_YET,
  winner: AnalyticsDecision.WINNER,
  broken_split: AnalyticsDecision.BROKEN_SPLIT,
} as const satisfies Record<Experiment['decision'], AnalyticsDecision>;

function countsOf(outcome: Outcome) {
  const { people, conversions } = outcome;
  return {
    people: BigInt(people),
    conversions: BigInt(conversions),
    ...(people > 0 && { rate: rateOf(outcome) }),
  };
}

function holdoutOf({ all, heldOut }: Outcomes) {
  const lift = compare(all, heldOut);
  return {
    people: BigInt(heldOut.people),
    conversions: BigInt(heldOut.conversions),
    rate: rateOf(heldOut),
    enrolled: BigInt(all.people),
    enrolledConversions: BigInt(all.conversions),
    ...(all.people > 0 && { enrolledRate: rateOf(all) }),
    ...(lift && { lift }),
  };
}
