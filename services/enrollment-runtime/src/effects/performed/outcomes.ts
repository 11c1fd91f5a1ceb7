import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { JsonObject } from '@drippulse/engine';
import { checkJsonText, isRawNumber, parseJson } from '@drippulse/json';
import type { EffectAccepted, EffectPostponed, EffectResult } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { EffectOutcome } from '../effect-call.ts';

/** Maximum size in bytes of an output, which becomes a member of the run's data. */
const maxOutputBytes = 256 * 1024;
const maxTextLength = 2_000;
/** Maximum wait of a step: a leap year in milliseconds. */
const longestMs = 366 * 86_400_000;
/** Minimum pause, so that a performer that names a time in the past is not called in a tight loop. */
const shortestPauseMs = 500;

/**
 * Returns the outcome for the engine, or the reason why a result is not valid. `request` names the member of the run's
 * data in which the output is stored. A postponement is not valid here, because a performer may postpone only in its
 * response to a request to perform.
 */
export function readResult(
  { outcome }: Partial<EffectResult>,
  request: JsonObject,
): Exclude<EffectOutcome, { outcome: 'held' | 'accepted' }> | { problem: string } {
  switch (outcome?.case) {
    case 'succeeded': {
      const output = readOutput(outcome.value.output);
      if (output === undefined) return { problem: 'the output must be a JSON object of at most 256 KiB' };
      const { save_as: name } = request;
      const message = textOf(outcome.value.message) || 'Done';
      return {
        outcome: 'succeeded',
        message,
        ...(typeof name === 'string' && output && { output: { [name]: output } }),
      };
    }
    case 'skipped':
      return { outcome: 'skipped', reason: textOf(outcome.value.reason) || 'not needed' };
    case 'failed': {
      const { error, retryable, retryAfterSeconds } = outcome.value;
      return {
        outcome: 'failed',
        error: textOf(error) || 'it failed without a reason',
        retryable,
        ...(retryAfterSeconds !== undefined && Number.isFinite(retryAfterSeconds) && { retryAfterSeconds }),
      };
    }
    case 'postponed':
      return { problem: 'what was taken on cannot be postponed' };
    default:
      return { problem: 'the result has no outcome' };
  }
}

/**
 * Returns the outcome of a result. A result that breaks the contract fails the step permanently, because a repeat would
 * return the same result.
 */
export function outcomeOfResult(result: Partial<EffectResult> | undefined, request: JsonObject): EffectOutcome {
  const read = readResult(result ?? {}, request);
  return 'problem' in read
    ? { outcome: 'failed', error: `its answer is not valid: ${read.problem}`, retryable: false }
    : read;
}

/** Returns the outcome of an effect that must wait, for at most a year. Its next try counts as the same attempt. */
export function outcomeOfPostponed({ until, reason, rule }: EffectPostponed, now: Date): EffectOutcome {
  const earliest = now.getTime() + shortestPauseMs;
  const asked = until === undefined ? earliest : Math.max(timestampMs(until), earliest);
  return {
    outcome: 'held',
    until: Math.min(asked, now.getTime() + longestMs),
    reason: textOf(reason) || 'it has to wait',
    rule: /^[a-z_]{1,64}$/.test(rule) ? rule : 'postponed',
  };
}

/** Returns the outcome of an effect that was accepted. The run waits for the result, for at most a year. */
export function outcomeOfAccepted({ until, message }: EffectAccepted, now: Date): EffectOutcome {
  const latest = now.getTime() + longestMs;
  const end = until === undefined ? latest : Math.min(timestampMs(until), latest);
  return { outcome: 'accepted', until: end, message: textOf(message) || 'Accepted' };
}

/** Reads the output; null if it is absent, undefined if it is not valid. */
function readOutput(bytes: Uint8Array): JsonObject | null | undefined {
  if (bytes.length === 0) return null;
  if (bytes.length > maxOutputBytes) return undefined;
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
  try {
    if (checkJsonText(text).length > 0) return undefined;
    const value = parseJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
    return isObject ? (value as JsonObject) : undefined; // a JSON object, neither an array nor a number
  } catch {
    return undefined;
  }
}

function textOf(text: string): string {
  return text.slice(0, maxTextLength).toWellFormed().trim();
}
