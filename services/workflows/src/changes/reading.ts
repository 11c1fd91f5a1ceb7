import type { HandlerContext } from '@connectrpc/connect';
import { isStrict } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Reading } from '../workflows/graph.ts';
import { urlCheckOf } from './url-check.ts';

/** Returns options for reading the steps of a call. */
export function readingOf(ctx: Context, call: HandlerContext): Reading {
  return { inTurns: ctx.workplace.of(call), check: urlCheckOf(ctx, call), strict: isStrict(call) };
}
