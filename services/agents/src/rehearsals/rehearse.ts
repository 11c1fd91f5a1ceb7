import { setTimeout as sleep } from 'node:timers/promises';
import { toolStepsOf } from '../calls/step.ts';
import { nextOfModel } from '../chain/model/next.ts';
import type { ModelState } from '../chain/model/state.ts';
import type { Context } from '../context.ts';
import { attempt } from './attempt.ts';
import { newStep, type Rehearsal, type Rehearsed, withStep } from './rehearsal.ts';
import { stubTool } from './stub-tool.ts';

/**
 * Drives a chain to its end, with the same rules as an execution. Calls only models, and reserves each call. Continues
 * a chain that another process began; a stored answer is never requested again. Throws errors that do not depend on the
 * version: a full budget, a model without a price, `RehearsalLost`.
 */
export async function rehearse(
  ctx: Context,
  rehearsal: Rehearsal,
  begun: Rehearsed['steps'],
  stopping: AbortSignal,
): Promise<Rehearsed> {
  const { place, recorded } = rehearsal;
  let steps = begun;
  for (let isDue = false; ; ) {
    const following = nextOfModel(stateOf(ctx, rehearsal, steps, isDue));
    isDue = false;
    switch (following.do) {
      case 'end':
        return { end: following.end, steps };
      case 'plan': {
        const count = steps.length;
        const planned = following.steps.map(({ kind, request }, index) => newStep(count + index + 1, kind, request));
        steps = [...steps, ...planned];
        break;
      }
      case 'perform': {
        const tools = toolStepsOf(steps);
        const tool = tools.find(({ seq }) => seq === following.seq);
        const step = steps.find(({ seq }) => seq === following.seq);
        if (tool === undefined || step === undefined) throw new Error('a step that is to be performed is not there');
        const { result } = stubTool(tool, { place, recorded: recorded.tools, before: tools });
        // Tool steps keep their results in the form that `toolStepsOf` reads.
        const kept = result as unknown as typeof step.result;
        steps = withStep(steps, { ...step, attempts: step.attempts + 1, status: 'succeeded', result: kept });
        break;
      }
      case 'call':
        steps = await attempt(ctx, rehearsal, steps, stopping);
        break;
      case 'wait':
        await sleep(following.ms, undefined, { signal: stopping });
        isDue = true;
        break;
      case 'park':
        throw new Error('a rehearsal waits for nobody');
    }
  }
}

function stateOf(
  ctx: Context,
  { outputSchema, bounds, place, deadline }: Rehearsal,
  steps: Rehearsed['steps'],
  isDue: boolean,
): ModelState {
  return { steps, outputSchema, bounds, place, now: ctx.clock.now(), deadline, isDue, random: ctx.random() };
}
