import type { Sealer } from '@drippulse/db';
import type { Step } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';
import { openHidden, revealConfigs, stepsContext } from '@drippulse/secrets';

/** Opens the stored steps, with their credentials. */
export function openSteps(sealer: Sealer, workflowId: bigint, row: { steps: string; sealed: Buffer | null }): Step[] {
  return revealConfigs(parseSteps(row.steps), openHidden(sealer, stepsContext(workflowId), row.sealed));
}

/** Parses masked steps that the workflows service stored. The engine normalised and checked them on save. */
export function parseSteps(text: string): Step[] {
  return parseJson(text) as unknown as Step[];
}
