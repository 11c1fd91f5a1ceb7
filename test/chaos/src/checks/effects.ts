import type { EffectFact } from '../facts.ts';
import type { Receipt } from '../history.ts';
import type { Evidence } from './index.ts';

/** Intents against what arrived: nothing without an intent, no success without an arrival, nothing elsewhere. */
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
    problems.push(...problemsOf(effect, arrived.get(key) ?? [], owner?.contact.org ?? ''));
  }
  problems.push(...checkLines(evidenceOfLines(facts)));
  return problems;
}

function problemsOf(effect: EffectFact, receipts: readonly Receipt[], org: string): string[] {
  const problems: string[] = [];
  const { effect_key: key, organization_id: organization, request, status, attempt } = effect;
  if (receipts.length < attempt) problems.push(`effect ${key} counts ${attempt} attempts, ${receipts.length} arrived`);
  if (status === 'succeeded' && !receipts.some((one) => one.succeeded)) problems.push(`effect ${key} never arrived`);
  for (const { url, body } of receipts) {
    if (!request.url.endsWith(url) || request.body !== body) problems.push(`effect ${key} arrived as ${url} ${body}`);
    const isAtHome = url.startsWith(`/${organization}/`) && org === organization && JSON.parse(body).org === org;
    if (!isAtHome) problems.push(`effect ${key} of organization ${organization} crossed over to ${url}`);
  }
  return problems;
}

type Settled = { enrollmentId: string; stepIndex: number; line: string | undefined; effect: string | undefined };

/** The last line of a callback's step and the record of its effect. */
function evidenceOfLines(facts: Evidence['facts']): Settled[] {
  return facts.effects.map(({ enrollment_id, step_index, status }) => {
    const lines = facts.lines.get(enrollment_id) ?? [];
    const last = lines.findLast((line) => line.step_index === step_index);
    return { enrollmentId: enrollment_id, stepIndex: step_index, line: last?.status, effect: status };
  });
}

function checkLines(settled: readonly Settled[]): string[] {
  return settled
    .filter(({ line, effect }) => line !== effect)
    .map(
      ({ enrollmentId, stepIndex, line, effect }) =>
        `the effect of step ${stepIndex} of enrollment ${enrollmentId} is ${effect}, its line ${line}`,
    );
}
