import type { AgentFacts, ExecutionFact } from '../agent-facts.ts';
import { agentFreeze } from '../faults.ts';
import type { Evidence } from './evidence.ts';

/**
 * Time after a freeze in which a late call may arrive. A process that is frozen while connecting sends its call when it
 * resumes, even if a response was stored in the meantime.
 */
const thawMs = 1_000;

/**
 * Checks that each execution that a step requested ends, that each step has one execution, and that the step ends as
 * its execution does. A model is called as often as the ledger has attempts, and never after a response is stored.
 */
export function checkExecutions({ history, facts }: Evidence): string[] {
  const { executions, steps } = facts.agents;
  const asked = Map.groupBy(history.models.asked, ({ ref }) => ref);
  const known = new Set(executions.filter(({ kind }) => kind === 'execute').map(({ lead_ref }) => lead_ref));
  const thaws = history.faults.filter(({ name }) => name === agentFreeze);
  return [
    ...executions.flatMap((execution) => {
      const times = (asked.get(execution.lead_ref) ?? []).map(({ at }) => at);
      const late = times.filter(
        (at) =>
          execution.answered_at !== null &&
          at > execution.answered_at.getTime() &&
          !thaws.some(({ from, to }) => at >= from && at <= to + thawMs),
      );
      return problemsOf(execution, execution.kind === 'execute' ? times.length : 0, late).map(
        (problem) => `execution ${execution.id} of ${execution.lead_ref}: ${problem}`,
      );
    }),
    ...checkSteps(steps, executions),
    ...[...asked.keys()].filter((ref) => !known.has(ref)).map((ref) => `a model was asked about ${ref || 'nobody'}`),
    ...history.models.refused.map((body) => `the provider takes no such request: ${body.slice(0, 200)}`),
  ];
}

function problemsOf(
  { kind, status, error_code, attempts, answered_at }: ExecutionFact,
  times: number,
  late: number[],
): string[] {
  const hasEnded = status === 'succeeded' || status === 'failed';
  const isAnswered = kind !== 'execute' || answered_at !== null;
  return [
    ...(hasEnded ? [] : [`it is ${status}`]),
    ...(status === 'succeeded' && !isAnswered ? ['it succeeded without an answer'] : []),
    ...(status === 'failed' && isAnswered ? [`it failed for ${error_code} with an answer`] : []),
    ...(times > attempts ? [`the model was asked ${times} times, the ledger has ${attempts} attempts`] : []),
    ...late.map((at) => `the model was asked ${at - (answered_at?.getTime() ?? 0)} ms after its answer was stored`),
  ];
}

function checkSteps(steps: AgentFacts['steps'], executions: readonly ExecutionFact[]): string[] {
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  return steps.flatMap(({ enrollment_id, kind, status, execution_id }) => {
    const execution = byId.get(execution_id ?? '');
    const place = `the step ${kind} of enrollment ${enrollment_id}`;
    // A step whose attempts all failed before an execution began has no execution.
    if (execution === undefined) return status === 'succeeded' ? [`${place} succeeded without an execution`] : [];
    return status === execution.status ? [] : [`${place} is ${status}, its execution ${execution.status}`];
  });
}
