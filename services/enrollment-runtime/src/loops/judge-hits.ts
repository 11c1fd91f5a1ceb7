import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { judgeSlice } from '../reactions/index.ts';

/**
 * Judges hits once no later one can change their verdicts, and counts those of people. Newly stored hits wake it; from
 * then it looks each second until they can be judged.
 */
export function startJudgeHits(ctx: Context): Loop {
  return startLoop({
    name: 'judge hits',
    log: ctx.log,
    run: async () => ((await judgeSlice(ctx)) > 0 ? 0 : undefined),
  });
}
