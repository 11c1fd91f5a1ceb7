import type { JsonValue } from '@drippulse/json';
import { objectOf } from './json-value.ts';
import type { Settings } from './settings/settings.ts';
import type { Step } from './step.ts';

/**
 * The names of the events that steps wait for, and that goals watch for. Steps and settings are valid: they were
 * checked when they were saved.
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
