import { type JsonValue, stringifyJson } from '@drippulse/json';
import type { InTurns } from './in-turns.ts';
import { chargeReading } from './meter.ts';
import type { ConfigProblem } from './steps/step-type.ts';
import type { Place } from './template-places.ts';
import type { Compiling } from './templates/compiling.ts';
import { templateProblem } from './templates/template.ts';

/**
 * Maximum size in bytes of a rule about events, as JSON. The size is limited because every event is tested against all
 * rules of its organization.
 */
const maxRuleBytes = 16 * 1024;
const maxRuleTags = 500;
/** Meter units charged for writing a rule as JSON, per unit of the rule's size. */
const writingUnits = 2;

/**
 * Finds at most `most` problems in templates and rules about events. Yields the units of work for each place. Throws
 * TooManyTags.
 */
export function* checkPlaces(
  places: readonly Place[],
  compiling: Compiling,
  most = Number.POSITIVE_INFINITY,
): InTurns<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const place of places) {
    if (problems.length >= most) break;
    const before = compiling.meter.spent;
    const problem = problemOf(place, compiling);
    if (problem !== undefined) problems.push({ path: place.path, ...problem });
    yield compiling.meter.spent - before;
  }
  return problems;
}

type Problem = Omit<ConfigProblem, 'path'>;

function problemOf(place: Place, compiling: Compiling): Problem | undefined {
  if ('rule' in place) {
    chargeReading(compiling.meter, place.rule, writingUnits);
    return ruleProblem(place.rule);
  }
  const problem = templateProblem(place.template, compiling);
  return problem === undefined ? undefined : { message: `is not a valid template: ${problem}`, code: 'format' };
}

/** Returns the problem of a rule about events if the rule is too large. */
export function ruleProblem(rule: JsonValue): Problem | undefined {
  const text = stringifyJson(rule);
  if (Buffer.byteLength(text) > maxRuleBytes) return { message: 'may be at most 16 KiB', code: 'length' };
  const tags = text.match(/\{[{%]/g)?.length ?? 0;
  if (tags <= maxRuleTags) return undefined;
  return { message: `may have at most ${maxRuleTags} tags and outputs`, code: 'length' };
}
