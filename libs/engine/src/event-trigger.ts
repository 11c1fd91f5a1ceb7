import type { JsonObject } from '@drippulse/json';
import { compileRule, type Rule } from './conditions/rule.ts';
import { contactKeyOf } from './contact-key.ts';
import type { Step } from './step.ts';
import { triggerConfig } from './steps/trigger.ts';
import { type Scope, StepFailure } from './templates/scope.ts';

/** A trigger that starts a workflow for each event of a name. */
export type EventTrigger = {
  eventName: string;
  /** IANA time zone of the runs that it starts. */
  timezone: string;
  /** Whether an event starts a run. The filter sees the contact's fields, `event_name`, `properties` and `event`. */
  accepts(data: JsonObject, now: Date): boolean;
};

/** The event trigger of a workflow, if it has one. */
export function eventTriggerOf(steps: readonly Pick<Step, 'type' | 'config'>[]): EventTrigger | undefined {
  const [first] = steps;
  if (first?.type !== 'trigger') return undefined;
  const { data: trigger } = triggerConfig.safeParse(first.config);
  if (trigger?.kind !== 'event' || trigger.event_name === undefined) return undefined;
  const { event_name: eventName, timezone, filter } = trigger;
  const rule = filter === undefined ? undefined : compileRule(filter);
  return {
    eventName,
    timezone,
    accepts(data, now) {
      const scope = {
        data,
        now: now.getTime(),
        timezone,
        contactKey: contactKeyOf(data, ''),
        warnings: new Set<string>(),
      };
      return rule === undefined || holds(rule, scope);
    },
  };
}

/** Tests a rule. One whose templates can't be rendered with this event is false. */
function holds(rule: Rule, scope: Scope): boolean {
  try {
    return rule(scope);
  } catch (error) {
    if (error instanceof StepFailure) return false;
    throw error;
  }
}
