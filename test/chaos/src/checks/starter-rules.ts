import { type StarterRule, starterRules } from '../starters.ts';
import type { Evidence } from './evidence.ts';
import { startedBy } from './starter-events.ts';

/**
 * Tolerance in milliseconds. A frozen process may have read the time of an event before it reads whether the previous
 * run has ended.
 */
const tieMs = 5_000;

/** An event that a workflow's filter accepts: its time, and the end of the run that it started, if any. */
type Try = { at: number; endedAt: number | undefined };

/**
 * Visits the events of each person in order, and checks that the person enters a workflow exactly when the rules allow
 * it.
 */
export function checkStarterRules({ facts }: Evidence): string[] {
  const ends = new Map(facts.goals.ends.map(({ enrollment_id, ended_at }) => [enrollment_id, ended_at.getTime()]));
  return [...starterRules].flatMap(([workflowId, rule]) => {
    const accepted = facts.starters.filter(({ plan }) => rule.plan === undefined || rule.plan === plan);
    return [...Map.groupBy(accepted, ({ email }) => email)].flatMap(([email, events]) => {
      const tries = events.map((event): Try => {
        const [, id] = startedBy(event).find(([workflow]) => BigInt(workflow) === workflowId) ?? [];
        const endedAt = id === undefined ? undefined : (ends.get(String(id)) ?? Number.POSITIVE_INFINITY);
        return { at: event.accepted_at.getTime(), endedAt };
      });
      return problemsOf(rule, tries).map((problem) => `${email} and workflow ${workflowId}: ${problem}`);
    });
  });
}

function problemsOf(rule: StarterRule, tries: readonly Try[]): string[] {
  const entered: Required<Try>[] = [];
  return tries.toSorted(inOrder).flatMap(({ at, endedAt }) => {
    const verdict = judge(rule, entered, at);
    const times = entered.map((one) => at - one.at).join(', ');
    if (endedAt === undefined)
      return verdict === 'enters' ? [`refused at ${at}, entered ${times || 'never'} ms before`] : [];
    entered.push({ at, endedAt });
    return verdict === 'refused' ? [`entered at ${at}, and ${times} ms before`] : [];
  });
}

/**
 * Orders the attempts to enter. Events of one transaction have equal times; of these events, those that started a run
 * come first.
 */
function inOrder(a: Try, b: Try): number {
  return a.at - b.at || Number(a.endedAt === undefined) - Number(b.endedAt === undefined);
}

function judge(
  { most, gapMs, isAfterExit }: StarterRule,
  entered: readonly Required<Try>[],
  at: number,
): 'enters' | 'refused' | 'either' {
  const last = entered.at(-1);
  if (last === undefined) return 'enters';
  const { endedAt = 0 } = last;
  if (isAfterExit && Math.abs(at - endedAt) < tieMs) return 'either';
  const isRefused =
    (most !== undefined && entered.length >= most) ||
    (gapMs !== undefined && at < last.at + gapMs) ||
    (isAfterExit === true && at < endedAt);
  return isRefused ? 'refused' : 'enters';
}
