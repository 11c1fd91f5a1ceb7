import type { JsonValue } from '@drippulse/json';
import { objectOf } from './json-value.ts';
import type { Settings } from './settings/settings.ts';
import type { Step } from './step.ts';

/**
 * Returns the names of the events that steps wait for and that goals watch. Steps and settings were checked when they
 * were saved, so they are valid.
 */
export function awaitedNamesOf(
  steps: readonly Pick<Step, 'type' | 'config'>[],
  { goals = [] }: Settings = {},
): string[] {
  const names = steps.flatMap(({ type, config }) => {
    if (type !== 'wait_for_event') return [];
    const { event_name, events } = config;
    return [event_name, ...(Array.isArray(events) ? events.map(nameOf) : [])];
  });
  return [...new Set([...names, ...goals.map((goal) => goal.event_name)].filter((name) => typeof name === 'string'))];
}

function nameOf(event: JsonValue): JsonValue | undefined {
  return objectOf(event)?.['event_name'];
}
