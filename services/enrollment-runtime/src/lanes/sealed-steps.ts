import type { Workflow } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { parseSteps } from '../definitions/sealed-steps.ts';
import { settingsTextOf } from '../definitions/settings.ts';

/** The sealed box with the masked texts of steps. Messages carry an empty one when nothing is masked. */
export function boxOf(sealedSteps: Uint8Array): Buffer | null {
  return sealedSteps.length === 0 ? null : Buffer.from(sealedSteps);
}

/** The JSON texts of a workflow's version. */
export function versionOf(workflow: Workflow): { steps: string; settings: string } {
  const steps = Buffer.from(workflow.steps).toString();
  return { steps, settings: settingsTextOf(workflow, parseSteps(steps)) };
}
