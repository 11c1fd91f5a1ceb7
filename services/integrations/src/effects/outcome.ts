import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import { type EffectResult, EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Problem, Verdict } from '@drippulse/providers';
import type { AskedEffect } from './effect.ts';
import type { Ended } from './intents.ts';
import type { PlannedEffect } from './planned-effect.ts';

/** The outcome of a try. */
export type Outcome =
  /** The effect cannot be done as requested. */
  | { kind: 'refused'; reason: string }
  /** No connection is usable. */
  | { kind: 'unconnected'; planned: PlannedEffect; reason: string }
  /** The provider was called, or must not be called again because an earlier try may have reached it. */
  | { kind: 'acted'; planned: PlannedEffect; verdict: Verdict; output?: JsonObject };

/** The end of a try: its result for the runtime, and the columns of the effect's row. */
export type TryEnd = Pick<Ended, 'outcome' | 'isRetryable' | 'mayHaveHappened'> & { result: EffectResult };

/**
 * Time in milliseconds after the planned time during which a rate-limited effect is tried again. After this time the
 * effect fails.
 */
const longestWaitMs = 7 * 86_400_000;
const defaultWaitMs = 30_000;
const maxOutputBytes = 256 * 1024;

/**
 * Returns the end of a try that follows from its outcome. `mayHaveHappened` says whether an earlier try may have done
 * the effect.
 */
export function endOf(
  outcome: Outcome,
  { asked, mayHaveHappened, now }: { asked: AskedEffect; mayHaveHappened: boolean; now: Date },
): TryEnd {
  if (outcome.kind === 'refused') return failed(outcome.reason, { mayHaveHappened });
  if (outcome.kind === 'unconnected') return unconnected(outcome.planned, outcome.reason, mayHaveHappened);
  const { planned, verdict } = outcome;
  switch (verdict.class) {
    case 'ok':
    case 'done':
      return done(planned, verdict, outcome.output);
    case 'rate_limited': {
      const until = new Date(now.getTime() + (verdict.retryAfterMs ?? defaultWaitMs));
      const sentence = sentenceOf(planned, verdict.problem);
      if (until.getTime() > asked.plannedAt.getTime() + longestWaitMs) return failed(sentence, { mayHaveHappened });
      return postponed(sentence, { until, rule: 'provider_limit', mayHaveHappened });
    }
    case 'temporary':
      return failed(sentenceOf(planned, verdict.problem), {
        mayHaveHappened,
        isRetryable: true,
        retryAfterMs: verdict.retryAfterMs,
      });
    case 'unknown':
      return unknown(planned, verdict.problem);
    case 'operator':
      return failed(`${sentenceOf(planned, verdict.problem)}. Only the operator of this platform can mend it`, {
        mayHaveHappened,
      });
    default:
      return failed(sentenceOf(planned, verdict.problem), { mayHaveHappened });
  }
}

/** Returns the end of a try that must be repeated at a later time. */
export function postponed(
  reason: string,
  { until, rule, mayHaveHappened }: { until: Date; rule: string; mayHaveHappened: boolean },
): TryEnd {
  const value = { until: timestampFromDate(until), reason, rule };
  const result = create(EffectResultSchema, { outcome: { case: 'postponed', value } });
  return { outcome: 'waiting', isRetryable: true, mayHaveHappened, result };
}

function done({ provider, action }: PlannedEffect, { class: name }: Verdict, output: JsonObject = {}): TryEnd {
  const what = `${action.name} of ${provider.name}`;
  const bytes = Buffer.from(stringifyJson(output));
  const isLong = bytes.length > maxOutputBytes;
  const message = `${name === 'done' ? `Was so already: ${what}` : `Called ${what}`}${isLong ? '; its answer is too long to keep' : ''}`;
  const value = { message, output: isLong ? Buffer.from('{"truncated":true}') : bytes };
  const result = create(EffectResultSchema, { outcome: { case: 'succeeded', value } });
  return { outcome: 'succeeded', isRetryable: false, mayHaveHappened: true, result };
}

/** Returns the end of a try with an unknown outcome. Repeats it if that is harmless; otherwise a person must decide. */
function unknown(planned: PlannedEffect, problem: Problem): TryEnd {
  const sentence = sentenceOf(planned, problem);
  const isRepeated = planned.action.repeat !== 'none' || planned.repeatsUnknown;
  if (isRepeated) return failed(sentence, { mayHaveHappened: true, isRetryable: true });
  const advice = 'Look whether it was done: a retry of the enrollment does it again';
  return failed(`outcome_unknown: ${sentence}. It may have been done. ${advice}`, { mayHaveHappened: true });
}

function unconnected({ provider, isOptional }: PlannedEffect, reason: string, mayHaveHappened: boolean): TryEnd {
  const sentence = `no usable connection for ${provider.key}: ${reason}`;
  if (!isOptional) return failed(sentence, { mayHaveHappened });
  const result = create(EffectResultSchema, { outcome: { case: 'skipped', value: { reason: sentence } } });
  return { outcome: 'skipped', isRetryable: false, mayHaveHappened, result };
}

function failed(
  error: string,
  o: { mayHaveHappened: boolean; isRetryable?: boolean; retryAfterMs?: number | undefined },
): TryEnd {
  const { isRetryable = false, mayHaveHappened, retryAfterMs } = o;
  const after = retryAfterMs === undefined ? {} : { retryAfterSeconds: retryAfterMs / 1_000 };
  const value = { error, retryable: isRetryable, ...after };
  const result = create(EffectResultSchema, { outcome: { case: 'failed', value } });
  return { outcome: 'failed', isRetryable, mayHaveHappened, result };
}

/** Describes a failure so that a person can find it at the provider. Omits a code that the message already contains. */
function sentenceOf({ provider, action }: PlannedEffect, { code, message, field, requestId }: Problem): string {
  const facts = [
    !message.includes(code) && code,
    field && `field ${field}`,
    requestId && `request ${requestId}`,
  ].filter((fact) => fact);
  const words = `${action.name} of ${provider.name}: ${message.replace(/[.\s]+$/, '')}`;
  return facts.length === 0 ? words : `${words} (${facts.join(', ')})`;
}
