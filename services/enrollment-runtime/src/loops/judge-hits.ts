import { type Loop, startLoop } from '@drippulse/loops';
import type { Context } from '../context.ts';
import { judgeSlice } from '../reactions/index.ts';

/**
 * Judges hits once no later hit can change their verdicts, and counts the hits of people. Newly stored hits wake the
 * loop, which then checks every second until the hits can be judged.
 */
export function startJudgeHits(ctx: Context): Loop {
  return startLoop({
    name: 'judge hits',
    log: ctx.log,
    run: async () => ((await judgeSlice(ctx)) > 0 ? 0 : undefined),
  });
}
