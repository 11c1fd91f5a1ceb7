import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { type EffectResult, EffectResultSchema } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Context } from '../context.ts';
import { type AskedEffect, idOf } from './effect.ts';
import { type Began, createIntents, type Intents } from './intents.ts';
import { endOf, postponed } from './outcome.ts';
import { openResult, sealResult } from './sealed-result.ts';
import { tryEffect } from './try-effect.ts';

/** Performs effects, one at a time for each key. */
export type Effects = { perform(asked: AskedEffect): Promise<EffectResult> };

/**
 * Time in milliseconds that a call waits while another process works on the effect. The time is short, so that the call
 * can still perform the action afterwards before the runtime stops waiting.
 */
const patienceMs = 3_000;
const lookEveryMs = 100;
/** Time limit for all requests of an action, shorter than the lease. The runtime waits five seconds longer. */
const actionMs = 25_000;

export function createEffects(ctx: Context): Effects {
  const intents = createIntents(ctx);
  const inFlight = new Map<string, Promise<unknown>>();
  return {
    async perform(asked) {
      const id = idOf(asked);
      for (let other = inFlight.get(id); other !== undefined; other = inFlight.get(id)) await other;
      const performed = performOne(ctx, intents, asked);
      const ended = performed.then(forget, forget);
      inFlight.set(id, ended);
      return performed;

      function forget(): void {
        inFlight.delete(id);
      }
    },
  };
}

async function performOne(ctx: Context, intents: Intents, asked: AskedEffect): Promise<EffectResult> {
  const until = ctx.clock.now().getTime() + patienceMs;
  for (;;) {
    // The deadline is computed before the lease begins. A process that stalls after this point therefore sends nothing
    // after the end of its lease, when another process may have taken over the effect.
    const deadline = new Date(ctx.clock.now().getTime() + actionMs);
    const began = await intents.begin(asked);
    if (began.state === 'ended') return endedResult(asked, began);
    if (began.state === 'go') return tryAndEnd(ctx, intents, asked, { ...began, deadline });
    if (ctx.clock.now().getTime() > until) {
      return postponed('another process is at it', { until: began.until, rule: 'busy', mayHaveHappened: true }).result;
    }
    await sleep(lookEveryMs);
  }
}

/** Tries an effect, and commits the outcome before the runtime gets it. */
async function tryAndEnd(
  ctx: Context,
  intents: Intents,
  asked: AskedEffect,
  { fence, mayHaveHappened, deadline }: Extract<Began, { state: 'go' }> & { deadline: Date },
): Promise<EffectResult> {
  const progress = { hasSent: false, hasDone: false };
  try {
    const outcome = await tryEffect(ctx, asked, { mayHaveHappened, progress, deadline });
    const { result, ...end } = endOf(outcome, { asked, mayHaveHappened, now: ctx.clock.now() });
    await ctx.fault?.('before-commit');
    const box = end.outcome === 'waiting' ? null : sealResult(asked, result);
    const may = end.mayHaveHappened || progress.hasDone;
    if (await intents.end({ ...end, mayHaveHappened: may, asked, fence, result: box })) return result;
  } catch (error) {
    // This service failed, for example because the database is unavailable. Whether the effect has happened is unknown.
    const may = mayHaveHappened || progress.hasSent;
    await intents.end({ asked, fence, outcome: 'waiting', isRetryable: true, mayHaveHappened: may, result: null });
    throw error;
  }
  throw new DomainError('aborted', 'effect_taken_over', 'Another process has taken the effect over.');
}

/**
 * Returns the stored result. If the request has changed, the result cannot be opened, and only the outcome is known.
 */
function endedResult(asked: AskedEffect, { outcome, result }: Extract<Began, { state: 'ended' }>): EffectResult {
  const opened = openResult(asked, result);
  if (opened !== undefined) return opened;
  const reason = 'it was performed before by another request';
  if (outcome === 'succeeded')
    return create(EffectResultSchema, { outcome: { case: 'succeeded', value: { message: 'Was done before' } } });
  if (outcome === 'skipped') return create(EffectResultSchema, { outcome: { case: 'skipped', value: { reason } } });
  return create(EffectResultSchema, { outcome: { case: 'failed', value: { error: reason, retryable: false } } });
}
