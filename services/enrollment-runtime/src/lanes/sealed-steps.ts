import type { Workflow } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { parseSteps } from '../definitions/sealed-steps.ts';
import { settingsTextOf } from '../definitions/settings.ts';

/** Returns the sealed box with the masked texts of steps. In a message, the box is empty when nothing is masked. */
export function boxOf(sealedSteps: Uint8Array): Buffer | null {
  return sealedSteps.length === 0 ? null : Buffer.from(sealedSteps);
}

/** Returns the JSON texts of a workflow's version. */
export function versionOf(workflow: Workflow): { steps: string; settings: string } {
  const steps = Buffer.from(workflow.steps).toString();
  return { steps, settings: settingsTextOf(workflow, parseSteps(steps)) };
}
