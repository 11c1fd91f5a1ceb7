import type { JsonObject } from '@drippulse/json';
import { compileRendered, compileRule, type Rule, type RuleConfig, ruleShape } from './conditions/rule.ts';
import { contactKeyOf } from './contact-key.ts';
import { BudgetSpent, createMeter } from './meter.ts';
import { config } from './parameters.ts';
import { StepFailure } from './step-failure.ts';

/** Most units of one filter for one event: a quarter of a step, because every event meets every filter of its organization. */
const filterUnits = 1024 * 1024;

/** The decision of a filter about an event. */
export type Verdict = {
  /** False also when the templates of the rule can't be rendered with this event. */
  matches: boolean;
  /** Whether the decision needs more work than a filter may do. */
  isUndecided: boolean;
  /** Counted work, in units of `Meter`. */
  work: number;
};

/** A compiled filter of events. */
type EventFilter = (data: JsonObject, o: { now: Date; timezone: string }) => Verdict;

/** Reads and compiles a rule `{match, conditions}`. Throws on one that is not valid: it is checked when it is saved. */
export function eventFilterOf(rule: JsonObject): EventFilter {
  return compileEventFilter(config(ruleShape).parse(rule));
}

/** Compiles a rule as the filter of events. */
export function compileEventFilter(config: RuleConfig): EventFilter {
  return meteredFilter(compileRule(config));
}

/**
 * Reads the `match` in the request of a `wait_for_event`. It was rendered when the run parked: unlike those of `eventFilterOf`, its
 * values are no templates, whatever is in them.
 */
export function eventMatchOf(match: JsonObject): EventFilter {
  return meteredFilter(compileRendered(match));
}

function meteredFilter(rule: Rule): EventFilter {
  return (data, { now, timezone }) => {
    const meter = createMeter(filterUnits);
    const identity = { timezone, contactKey: contactKeyOf(data, '') };
    const verdict = (matches: boolean, isUndecided: boolean) => ({ matches, isUndecided, work: meter.spent });
    try {
      return verdict(rule({ data, now: now.getTime(), ...identity, warnings: new Set(), meter }), false);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return verdict(false, isSpent(error));
    }
  };
}

/** The failure of a template has the reason as its cause. */
function isSpent(error: StepFailure): boolean {
  return error instanceof BudgetSpent || error.cause instanceof BudgetSpent;
}
