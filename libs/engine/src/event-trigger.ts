import type { JsonObject } from '@drippulse/json';
import type { Compilation } from './compilation.ts';
import { compileEventFilter, type Verdict } from './event-filter.ts';
import type { Step } from './step.ts';
import { triggerConfig } from './steps/trigger.ts';

/** A trigger that starts a workflow for each event with a given name. */
export type EventTrigger = {
  eventName: string;
  /** IANA time zone of the runs that the trigger starts. */
  timezone: string;
  /** Decides whether an event starts a run. The filter sees the contact, `event_name`, `properties` and `event`. */
  accepts(data: JsonObject, now: Date): Verdict;
};

/** Returns the event trigger of a workflow, if it has one. The trigger's filter is a part of `compilation`. */
export function eventTriggerOf(
  steps: readonly Pick<Step, 'type' | 'config'>[],
  compilation: Compilation,
): EventTrigger | undefined {
  const trigger = triggerOf(steps);
  if (trigger?.kind !== 'event' || trigger.event_name === undefined) return undefined;
  const { event_name: eventName, timezone, filter } = trigger;
  const accepts = filter === undefined ? acceptAll : compileEventFilter(filter, compilation);
  return { eventName, timezone, accepts: (data, now) => accepts(data, { now, timezone }) };
}

/** Returns the name of the event that starts a workflow; undefined if no event does. */
export function triggeringEventOf(steps: readonly Pick<Step, 'type' | 'config'>[]): string | undefined {
  const trigger = triggerOf(steps);
  return trigger?.kind === 'event' ? trigger.event_name : undefined;
}

function triggerOf([first]: readonly Pick<Step, 'type' | 'config'>[]) {
  return first?.type === 'trigger' ? triggerConfig.safeParse(first.config).data : undefined;
}

function acceptAll(): Verdict {
  return { matches: true, isUndecided: false, work: 0, cost: 0 };
}
