import type { Definition } from '@drippulse/engine';

/** The id counters know a step by; an enrollment of a workflow without steps is on none. */
export function stepIdAt(definition: Definition, index: number): string {
  return definition.steps[index]?.id ?? '';
}
