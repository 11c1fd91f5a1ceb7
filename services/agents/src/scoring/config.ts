import { readEventFilter } from '@drippulse/engine';
import type { Violation } from '@drippulse/errors';
import type { JsonObject, JsonValue } from '@drippulse/json';
import { z } from 'zod';

/** Weights are limited, because larger weights would make every score 0 or 1. */
const weight = z.number().min(-50).max(50);
const field = z.string().min(1).max(255);
const name = z.string().min(1).max(100);

const ruleFactor = z.looseObject({
  type: z.literal('rule'),
  name,
  weight,
  match: z.enum(['all', 'any']).default('all'),
  conditions: z
    .array(z.looseObject({ field, operator: z.string() }))
    .min(1)
    .max(100),
});

const numberFactor = z.looseObject({
  type: z.literal('number'),
  name,
  weight,
  field,
  scale: z.enum(['linear', 'log']).default('linear'),
  center: z.number().default(0),
  spread: z.number().positive().default(1),
  min: z.number().min(-10).default(-3),
  max: z.number().max(10).default(3),
});

const emailFactor = z.looseObject({
  type: z.literal('email_kind'),
  name,
  weight,
  field: field.default('email'),
  is: z.enum(['business', 'free']).default('business'),
});

/** A factor without a type counts as a rule. */
const typed = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !('type' in value) ? { type: 'rule', ...value } : value),
  z.discriminatedUnion('type', [ruleFactor, numberFactor, emailFactor]),
);

const scorerShape = z.looseObject({
  min_score_threshold: z.number().min(0).max(1).default(0.5),
  base: z.number().min(-50).max(50).default(0),
  factors: z.array(typed).min(1).max(100),
});

export type ScorerConfig = z.output<typeof scorerShape>;
export type Factor = ScorerConfig['factors'][number];

/**
 * Reads the weights of a scorer, or returns their violations. `path` is the member of the request that contains them.
 */
export function readScorer(
  configuration: JsonObject,
  path: string,
): { config: ScorerConfig } | { violations: Violation[] } {
  const read = scorerShape.safeParse(JSON.parse(JSON.stringify(configuration)));
  if (!read.success) return { violations: violationsOf(read.error, path) };
  const violations = [...duplicates(read.data, path), ...ruleProblems(read.data, path)];
  return violations.length > 0 ? { violations } : { config: read.data };
}

/** Converts the rule of a factor to the form of the engine. */
export function ruleOf({ match, conditions }: Extract<Factor, { type: 'rule' }>): JsonObject {
  return { match, conditions: conditions as JsonValue }; // the conditions were parsed from JSON
}

export function violationsOf({ issues }: z.ZodError, path: string): Violation[] {
  return issues.slice(0, 20).map(({ path: at, message, code }) => ({
    field: [path, ...at.map(String)].join('.'),
    message: `is not valid: ${message}`,
    code: code === 'invalid_type' ? ('type' as const) : ('invalid' as const),
  }));
}

function duplicates({ factors }: ScorerConfig, path: string): Violation[] {
  const seen = new Set<string>();
  return factors.flatMap((factor, index) => {
    const isTwice = seen.has(factor.name);
    seen.add(factor.name);
    return isTwice
      ? [
          {
            field: `${path}.factors.${index}.name`,
            message: 'is the name of another factor',
            code: 'duplicate' as const,
          },
        ]
      : [];
  });
}

/** Returns the violations of the rules. The engine defines which conditions are valid. */
function ruleProblems({ factors }: ScorerConfig, path: string): Violation[] {
  return factors.flatMap((factor, index) => {
    if (factor.type !== 'rule') return [];
    return conditionProblems(ruleOf(factor), `${path}.factors.${index}`);
  });
}

/** Returns the violations that the engine finds in a rule. */
export function conditionProblems(rule: JsonObject, path: string): Violation[] {
  return readEventFilter(rule).problems.map((problem) => ({
    ...problem,
    field: problem.field === '' ? path : `${path}.${problem.field}`,
  }));
}
