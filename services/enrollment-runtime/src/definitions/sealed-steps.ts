import type { Sealer } from '@drippulse/db';
import type { Step } from '@drippulse/engine';
import { hideConfigs, openHidden, revealConfigs, sealHidden, stepsContext } from '@drippulse/secrets';
import { parseJson, stringifyJson } from '@drippulse/json';

/** The columns of a version's steps. */
export type SealedSteps = { steps: string; sealed: Buffer | null; is_masked: true };

/** The steps of a message that has no box: a process of before steps were sealed sent it, or nothing is to be sealed. */
export function sealSteps(sealer: Sealer, workflowId: bigint, text: string): SealedSteps {
  const { shown, hidden } = hideConfigs(parseSteps(text));
  if (hidden.size === 0) return { steps: text, sealed: null, is_masked: true };
  return { steps: stringifyJson(shown), sealed: sealHidden(sealer, stepsContext(workflowId), hidden), is_masked: true };
}

/** The steps with their credentials. */
export function openSteps(sealer: Sealer, workflowId: bigint, row: { steps: string; sealed: Buffer | null }): Step[] {
  return revealConfigs(parseSteps(row.steps), openHidden(sealer, stepsContext(workflowId), row.sealed));
}

/** The masked steps that the workflows service stored. The engine normalised and checked them when they were saved. */
export function parseSteps(text: string): Step[] {
  return parseJson(text) as unknown as Step[];
}
