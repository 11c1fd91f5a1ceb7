import type { Sealer } from '@drippulse/db';
import type { Step } from '@drippulse/engine';
import { DomainError, type Violation } from '@drippulse/errors';
import { stringifyJson } from '@drippulse/json';
import {
  hideConfigs,
  openHidden,
  requestIn,
  revealConfigs,
  sealHidden,
  stepsContext,
  unmaskRequest,
  withRequest,
} from '@drippulse/secrets';
import { storedSteps } from './stored-steps.ts';

/** Stored steps of a version: the steps in masked form, and a sealed box with the masked strings. */
export type StoredSteps = { steps: string; sealed: Buffer | null };

/**
 * Returns the columns of a version. `steps` has no credentials, so code that shows the steps cannot show a credential.
 */
export function sealSteps(sealer: Sealer, workflowId: bigint, steps: readonly Step[]): StoredSteps {
  const { shown, hidden } = hideConfigs(steps);
  return {
    steps: stringifyJson(shown),
    sealed: sealHidden(sealer, stepsContext(workflowId), hidden),
  };
}

/** Returns the steps of a version with their credentials. */
export function openSteps(sealer: Sealer, row: StoredSteps & { id: bigint }): Step[] {
  return revealConfigs(storedSteps(row.steps), openHidden(sealer, stepsContext(row.id), row.sealed));
}

/** Returns the steps in masked form, which people may see. */
export function maskSteps(steps: readonly Step[]): Step[] {
  return hideConfigs(steps).shown;
}

/**
 * Replaces the masks in the steps of a request with the stored secrets; see `revealMasked`. Refuses a mask that has no
 * stored secret.
 */
export function unmaskSteps(steps: readonly Step[], former: readonly Step[]): Step[] {
  const { unmasked, problems } = revealMasked(steps, former);
  const [first] = problems;
  if (first !== undefined) throw new DomainError('invalid', 'secret_needed', first.message, { violations: problems });
  return unmasked;
}

/**
 * Replaces each masked value in the steps of a request with the stored value of the same step, if the step still calls
 * the same scheme, host and port. All other masked values are returned as problems, because a secret must be sent only
 * to the address for which it was entered.
 */
export function revealMasked(
  steps: readonly Step[],
  former: readonly Step[],
): { unmasked: Step[]; problems: Violation[] } {
  const known = new Map(former.map((step) => [step.id, step]));
  const problems: Violation[] = [];
  const unmasked = steps.map((step) => {
    const counterpart = known.get(step.id);
    const stored = counterpart?.type === step.type ? requestIn(counterpart.config) : undefined;
    const { request, problems: refused } = unmaskRequest(requestIn(step.config), stored);
    for (const { header, message } of refused) {
      const place = header === undefined ? 'url' : `headers.${header}`;
      const field = `steps.${step.position}.config.${place}`;
      problems.push({
        field,
        message: `Step ${step.position} (${step.type}): ${place} ${message}`,
        code: 'required',
        phrase: message,
      });
    }
    return { ...step, config: withRequest(step.config, request) };
  });
  return { unmasked, problems };
}
