import { isProviderStep, type ProviderStep, providerSteps } from '../integrations.ts';
import type { ProviderStepFact } from '../provider-facts.ts';
import type { Evidence } from './evidence.ts';

/**
 * Checks that each step at a provider ends. A repeatable action is done exactly once, whichever process died. An action
 * that cannot be repeated is done at most once; if its outcome is unknown, the step reports this. No provider has an
 * object that no step requested.
 */
export function checkIntegrations({ history, facts }: Evidence): string[] {
  const made = Map.groupBy(history.made, ({ step, ref }) => `${step} ${ref}`);
  const asked = new Set(facts.providerSteps.map((step) => `${stepOf(step)} ${step.lead_ref}`));
  return [
    ...facts.providerSteps.flatMap((fact) => {
      const step = stepOf(fact);
      const place = `${step} of ${fact.lead_ref}`;
      if (!isProviderStep(step)) return [`${place}: there is no such step`];
      const problem = problemOf(step, fact, made.get(`${step} ${fact.lead_ref}`)?.length ?? 0);
      return problem === undefined ? [] : [`${place}: ${problem}`];
    }),
    ...[...made.keys()]
      .filter((thing) => !asked.has(thing))
      .map((thing) => `${thing} was made, and no step asked for it`),
    ...history.refusedByProviders,
  ];
}

function stepOf({ kind, action }: ProviderStepFact): string {
  return action ?? kind;
}

function problemOf(step: ProviderStep, { status, error }: ProviderStepFact, count: number): string | undefined {
  if (status === 'succeeded') return count === 1 ? undefined : `it succeeded, and was done ${count} times`;
  if (providerSteps[step].repeat !== 'none') return `it is ${status} (${error}), and was done ${count} times`;
  const isOpen = error?.includes('outcome_unknown') === true;
  return isOpen && count <= 1 ? undefined : `it is ${status} (${error}), and was done ${count} times`;
}
