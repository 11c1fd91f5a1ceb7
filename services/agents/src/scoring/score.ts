import { eventFilterOf } from '@drippulse/engine';
import { type JsonObject, type JsonValue, numberOf, stringifyJson } from '@drippulse/json';
import { type Factor, ruleOf, type ScorerConfig } from './config.ts';
import { emailKindOf } from './free-mail.ts';
import { valueAt } from './value-at.ts';

/** The contribution of one factor to a score: weight times value. An unknown value is null, and contributes nothing. */
export type ScoredFactor = { name: string; weight: number; value: number | null; contribution: number };

/** A score. `logit(score) = base + Σ contribution`, within the precision of doubles. */
export type Score = {
  score: number;
  qualified: boolean;
  threshold: number;
  base: number;
  completeness: number;
  factors: ScoredFactor[];
};

/** Scores one lead. */
export type Scorer = (lead: JsonObject, now: Date) => Score;

/** Prepares the factors once, for scoring many leads. */
export function compileScorer({ base, min_score_threshold: threshold, factors }: ScorerConfig): Scorer {
  const compiled = factors.map((factor) => ({ factor, measure: compileFactor(factor) }));
  return (lead, now) => {
    const scored = compiled.map(({ factor: { name, weight }, measure }): ScoredFactor => {
      const value = measure(lead, now);
      return { name, weight, value, contribution: value === null ? 0 : weight * value };
    });
    const logit = scored.reduce((sum, { contribution }) => sum + contribution, base);
    const score = 1 / (1 + Math.exp(-logit));
    const known = scored.filter(({ value }) => value !== null).length;
    return {
      score,
      qualified: score >= threshold,
      threshold,
      base,
      completeness: known / scored.length,
      factors: scored,
    };
  };
}

function compileFactor(factor: Factor): (lead: JsonObject, now: Date) => number | null {
  if (factor.type === 'rule') return compileRuleFactor(factor);
  if (factor.type === 'email_kind') {
    return (lead) => {
      const address = valueAt(lead, factor.field);
      const kind = typeof address === 'string' ? emailKindOf(address) : undefined;
      return kind === undefined ? null : Number(kind === factor.is);
    };
  }
  const { field, scale, center, spread, min, max } = factor;
  return (lead) => {
    const number = numeric(valueAt(lead, field));
    if (number === undefined || (scale === 'log' && number < 0)) return null;
    const scaled = scale === 'log' ? Math.log1p(number) : number;
    return Math.min(max, Math.max(min, (scaled - center) / spread));
  };
}

/** Compiles a rule. Its value is unknown if the lead has none of its fields, unless the rule tests for existence. */
function compileRuleFactor(factor: Extract<Factor, { type: 'rule' }>): (lead: JsonObject, now: Date) => number | null {
  const filter = eventFilterOf(stringifyJson(ruleOf(factor)));
  const asksForExistence = factor.conditions.some(({ operator }) => operator === 'exists' || operator === 'not_exists');
  return (lead, now) => {
    const isKnown = asksForExistence || factor.conditions.some(({ field }) => isPresent(valueAt(lead, field)));
    return isKnown ? Number(filter(lead, { now, timezone: 'UTC' }).matches) : null;
  };
}

function isPresent(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

function numeric(value: JsonValue | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : numberOf(value);
  return number !== undefined && Number.isFinite(number) ? number : undefined;
}
