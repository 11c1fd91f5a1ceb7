import type { Definition } from '@drippulse/engine';

/** Returns the step id in the counters. It is empty for an enrollment of a workflow without steps. */
export function stepIdAt(definition: Definition, index: number): string {
  return definition.steps[index]?.id ?? '';
}
