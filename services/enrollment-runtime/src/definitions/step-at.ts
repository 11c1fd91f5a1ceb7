import type { Definition } from '@drippulse/engine';

/**
 * Returns the id of the step under which an enrollment is counted. It is empty for an enrollment of a workflow without
 * steps.
 */
export function stepIdAt(definition: Definition, index: number): string {
  return definition.steps[index]?.id ?? '';
}
