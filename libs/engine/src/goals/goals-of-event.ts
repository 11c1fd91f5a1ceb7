import type { JsonObject, JsonValue } from '@drippulse/json';
import { createMeter } from '../meter.ts';
import { StepFailure } from '../step-failure.ts';
import type { Scope } from '../templates/scope.ts';
import { type CompiledGoal, isOpen } from './compile-goals.ts';

/** Maximum number of units of work for the goals of one enrollment and one event. */
const eventUnits = 1024 * 1024;

/**
 * An event of the contact. The rules of goals are tested against the run's data, with the members of `contact` merged
 * over them, and with the event's other members added.
 */
export type GoalEvent = { name: string; contact: JsonObject; properties: JsonValue };

/**
 * Returns the goals of an enrollment that an event meets, in the order of the array, up to the first that acts on the
 * run. `met` has the names of the goals that were met before. A rule that cannot be decided is treated as false.
 */
export function goalsOfEvent(
  goals: readonly CompiledGoal[],
  o: {
    event: GoalEvent;
    data: JsonObject;
    met: ReadonlySet<string>;
    at: number;
    enteredAt: number;
    /** The end of the run. No goal acts on a run that has ended. */
    endedAt?: number;
    timezone: string;
    contactKey: string;
  },
): { goals: CompiledGoal[]; work: number } {
  const { event, data, at, timezone, contactKey } = o;
  const meter = createMeter(eventUnits);
  const seen = { ...data, ...event.contact, event_name: event.name, properties: event.properties };
  const scope: Scope = { data: seen, now: at, timezone, contactKey, warnings: new Set(), meter };
  const found: CompiledGoal[] = [];
  for (const goal of goals) {
    if (o.met.has(goal.name) || !isOpen(goal, o) || !isMet(goal, event, scope)) continue;
    found.push(goal);
    if (goal.action !== 'count' && o.endedAt === undefined) break;
  }
  return { goals: found, work: meter.spent };
}

function isMet({ eventName, holds }: CompiledGoal, { name }: GoalEvent, scope: Scope): boolean {
  if (holds === undefined) return eventName === name;
  try {
    return holds(scope);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return false;
  }
}
