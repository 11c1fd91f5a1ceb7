import type { Workflow } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { parseSteps } from '../definitions/sealed-steps.ts';
import { settingsTextOf } from '../definitions/settings.ts';

/** The box with the masked texts of steps, as messages carry it: empty for none. */
export function boxOf(sealedSteps: Uint8Array): Buffer | null {
  return sealedSteps.length === 0 ? null : Buffer.from(sealedSteps);
}

/** The JSON texts of the version of a workflow. */
export function versionOf(workflow: Workflow): { steps: string; settings: string } {
  const steps = Buffer.from(workflow.steps).toString();
  return { steps, settings: settingsTextOf(workflow, parseSteps(steps)) };
}
