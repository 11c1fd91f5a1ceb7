import type { EffectFact, LineFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import type { Evidence } from './evidence.ts';

/**
 * Compares intents with requests that arrived: there is no request without an intent, no success without a request, and
 * no request to a wrong URL.
 */
export function checkEffects({ workflows, history, facts }: Evidence): string[] {
  const arrived = Map.groupBy(history.receipts, (receipt) => receipt.key);
  const effects = new Map(facts.effects.map((effect) => [effect.effect_key, effect]));
  const owners = new Map(facts.enrollments.map((row) => [row.id, row]));
  const steps = new Map(workflows.map((workflow) => [String(workflow.id), workflow.steps]));
  const problems = history.receipts
    .filter((receipt) => !effects.has(receipt.key))
    .map((receipt) => `${receipt.url} got key ${receipt.key}, of which there is no intent`);
  for (const effect of facts.effects) {
    const owner = owners.get(effect.enrollment_id);
    const step = steps.get(owner?.workflow_id ?? '')?.[effect.step_index];
    const key = `${owner?.key}:${step?.id}:1`;
    if (effect.effect_key !== key) problems.push(`effect ${effect.effect_key} should have key ${key}`);
    if (effect.organization_id !== owner?.organization_id) problems.push(`effect ${key} is another organization's`);
    const lines = (facts.lines.get(effect.enrollment_id) ?? []).filter((line) => line.step_index === effect.step_index);
    problems.push(...problemsOf(effect, lines, arrived.get(key) ?? [], owner?.contact.org ?? ''));
  }
  problems.push(...checkLines(evidenceOfLines(facts), arrived));
  return problems;
}

function problemsOf(
  effect: EffectFact,
  lines: readonly LineFact[],
  receipts: readonly Receipt[],
  org: string,
): string[] {
  const problems: string[] = [];
  const { effect_key: key, organization_id: organization, request, status } = effect;
  const answered = lines.filter(isAnswered).length;
  if (receipts.length < answered)
    problems.push(`effect ${key} was answered ${answered} times, ${receipts.length} arrived`);
  if (status === 'succeeded' && !receipts.some((one) => one.succeeded)) problems.push(`effect ${key} never arrived`);
  for (const { url, body } of receipts) {
    if (!request.url.endsWith(url) || request.body !== body) problems.push(`effect ${key} arrived as ${url} ${body}`);
    const isAtHome = url.startsWith(`/${organization}/`) && org === organization && JSON.parse(body).org === org;
    if (!isAtHome) problems.push(`effect ${key} of organization ${organization} crossed over to ${url}`);
  }
  return problems;
}

/** Whether a request got a response. A request that got no response in time may not have arrived completely. */
function isAnswered({ status, error }: LineFact): boolean {
  return status === 'succeeded' || / answered \d{3}/.test(error ?? '');
}

type Settled = {
  key: string;
  enrollmentId: string;
  stepIndex: number;
  line: string | undefined;
  effect: string | undefined;
};

/** Returns the last line of a callback's step and the record of its effect. */
function evidenceOfLines(facts: Evidence['facts']): Settled[] {
  return facts.effects.map(({ effect_key: key, enrollment_id, step_index, status }) => {
    const lines = facts.lines.get(enrollment_id) ?? [];
    const last = lines.findLast((line) => line.step_index === step_index);
    return { key, enrollmentId: enrollment_id, stepIndex: step_index, line: last?.status, effect: status };
  });
}

function checkLines(settled: readonly Settled[], arrived: Map<string, Receipt[]>): string[] {
  return settled
    .filter((one) => one.line !== one.effect && !isLateSuccess(one, arrived.get(one.key) ?? []))
    .map(
      ({ enrollmentId, stepIndex, line, effect }) =>
        `the effect of step ${stepIndex} of enrollment ${enrollmentId} is ${effect}, its line ${line}`,
    );
}

/**
 * Whether two processes sent one attempt, because one of them was frozen in between. The failure was recorded first,
 * and the run continued from it. The success of the other process was recorded later, because the effect did happen.
 */
function isLateSuccess({ line, effect }: Settled, receipts: readonly Receipt[]): boolean {
  const hasBoth = receipts.some((one) => one.succeeded) && receipts.some((one) => !one.succeeded);
  return line === 'failed' && effect === 'succeeded' && hasBoth;
}
