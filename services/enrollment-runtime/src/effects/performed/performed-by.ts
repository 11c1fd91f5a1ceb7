import { type Requirement, stubEffect } from '@drippulse/engine';
import type { SystemEffect } from '../effect-type.ts';
import { askPerformer, performerTimeoutMs } from './ask-performer.ts';
import { askToPerform, destinationOf } from './ask-to-perform.ts';
import { outcomeOfResult } from './outcomes.ts';

/** Defines effects that another service performs, by the contract of `drippulse.journeys.v1.EffectsService`. */
export function performedBy(requirement: Requirement): SystemEffect {
  return {
    perform: (ctx, call) => askToPerform(ctx, requirement, call),
    ask: (ctx, call) =>
      askPerformer(ctx, requirement, call, async (client, options) => {
        const { key, attempt, request } = call;
        const { result } = await client.getEffectResult({ key, attempt }, options);
        if (result !== undefined) return outcomeOfResult(result, request);
        return {
          outcome: 'failed',
          error: `the service of ${requirement} reported no result in time`,
          retryable: false,
        };
      }),
    describe: (call) => stubEffect(call).result,
    makesRecord: false,
    destination: (request) => destinationOf(requirement, request),
    deadlineMs: () => performerTimeoutMs,
  };
}
