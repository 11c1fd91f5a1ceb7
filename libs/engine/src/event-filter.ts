import { type JsonObject, parseJson } from '@drippulse/json';
import { type Compilation, createCompilation } from './compilation.ts';
import { compileRendered, compileRule, eventRule, type Rule, type RuleConfig } from './conditions/rule.ts';
import { contactKeyOf } from './contact-key.ts';
import { bytesOf } from './json-bytes.ts';
import { objectOf } from './json-value.ts';
import { BudgetSpent, charge, createMeter } from './meter.ts';
import { StepFailure } from './step-failure.ts';
import type { Compiling } from './templates/compiling.ts';

/**
 * Maximum number of units of one filter for one event. It is a quarter of a step's budget, because every event is
 * tested by every filter of its organization.
 */
const filterUnits = 1024 * 1024;

/** Meter units charged for reading one character of a rule's JSON. */
const readingUnits = 4;
const ruleSchema = eventRule();

/** The decision of a filter about an event. */
export type Verdict = {
  /** Whether the filter accepts the event. It is also false when the rule cannot be rendered with this event. */
  matches: boolean;
  /** Whether the decision needs more work than a filter may do. */
  isUndecided: boolean;
  /** Counted work, in units of `Meter`. Includes the compiling of the filter, if this use compiled it. */
  work: number;
  /**
   * Units charged for compiling the filter and for the decision. The number is the same for every use, whether or not
   * the filter was compiled before.
   */
  cost: number;
};

/** A filter of events. */
export type EventFilter = (data: JsonObject, o: { now: Date; timezone: string }) => Verdict;

/**
 * Returns the filter of a rule `{match, conditions}` in JSON, which was checked when it was saved. The rule is read and
 * compiled at the filter's first decision. `onGrow` then gets the bytes of memory that the filter takes.
 */
export function eventFilterOf(text: string, onGrow?: (bytes: number) => void): EventFilter {
  return meteredFilter(createCompilation({ onGrow, limit: filterUnits }), (compiling) =>
    compileRule(ruleSchema.parse(readRule(text, compiling)), compiling),
  );
}

/** Compiles the filter of a trigger, at the filter's first decision. */
export function compileEventFilter(config: RuleConfig, compilation: Compilation): EventFilter {
  return meteredFilter(compilation, (compiling) => compileRule(config, compiling));
}

/**
 * Returns the filter for the `match` in the request of a `wait_for_event` step. The rule was rendered when the run
 * parked, so its values are never templates. `onGrow` gets the bytes of memory that the filter takes.
 */
export function eventMatchOf(text: string, onGrow?: (bytes: number) => void): EventFilter {
  return meteredFilter(createCompilation({ onGrow, limit: filterUnits }), (compiling) =>
    compileRendered(readRule(text, compiling), compiling),
  );
}

function readRule(text: string, compiling: Compiling): JsonObject {
  charge(compiling.meter, readingUnits * text.length);
  const rule = objectOf(parseJson(text)) ?? {};
  compiling.bytes += bytesOf(rule);
  return rule;
}

function meteredFilter(compilation: Compilation, compile: (compiling: Compiling) => Rule): EventFilter {
  let compilingUnits = 0;
  const compiled = compilation.lazily((compiling) => {
    try {
      return compile(compiling);
    } finally {
      compilingUnits = compiling.meter.spent;
    }
  });
  return (data, { now, timezone }) => {
    const meter = createMeter(filterUnits);
    const before = compilation.work;
    const identity = { timezone, contactKey: contactKeyOf(data, '') };
    const verdict = (matches: boolean, isUndecided: boolean) => {
      const { spent } = meter;
      return { matches, isUndecided, work: spent + compilation.work - before, cost: spent + compilingUnits };
    };
    try {
      const rule = compiled();
      return verdict(rule({ data, now: now.getTime(), ...identity, warnings: new Set(), meter }), false);
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      return verdict(false, isSpent(error));
    }
  };
}

/** Whether the budget was used up. If a template failed because of this, BudgetSpent is the cause of its failure. */
function isSpent(error: StepFailure): boolean {
  return error instanceof BudgetSpent || error.cause instanceof BudgetSpent;
}
