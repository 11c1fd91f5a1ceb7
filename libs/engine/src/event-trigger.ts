import type { JsonObject } from '@drippulse/json';
import { compileEventFilter, type Verdict } from './event-filter.ts';
import type { Step } from './step.ts';
import { triggerConfig } from './steps/trigger.ts';

/** A trigger that starts a workflow for each event of a name. */
export type EventTrigger = {
  eventName: string;
  /** IANA time zone of the runs that it starts. */
  timezone: string;
  /** Whether an event starts a run. The filter sees the contact's fields, `event_name`, `properties` and `event`. */
  accepts(data: JsonObject, now: Date): Verdict;
};

/** The event trigger of a workflow, if it has one. */
export function eventTriggerOf(steps: readonly Pick<Step, 'type' | 'config'>[]): EventTrigger | undefined {
  const [first] = steps;
  if (first?.type !== 'trigger') return undefined;
  const { data: trigger } = triggerConfig.safeParse(first.config);
  if (trigger?.kind !== 'event' || trigger.event_name === undefined) return undefined;
  const { event_name: eventName, timezone, filter } = trigger;
  const accepts = filter === undefined ? acceptAll : compileEventFilter(filter);
  return { eventName, timezone, accepts: (data, now) => accepts(data, { now, timezone }) };
}

function acceptAll(): Verdict {
  return { matches: true, isUndecided: false, work: 0 };
}
