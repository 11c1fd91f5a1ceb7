import type { JsonObject } from '@drippulse/engine';
import { effects } from '../effects/effects.ts';
import { parseObject } from '../enrollments/contact.ts';
import type { HandedOut } from '../runs/claimed-run.ts';
import type { Queued } from './fair-queue.ts';

/**
 * An effect that this process is to perform. `run` is replaced if the lease ends and this process claims the run again.
 */
export type LeasedEffect = Queued &
  HandedOut & {
    request: JsonObject;
    /**
     * The latest time, by the process's own clock, at which the process was known to have the lease and the workflow to
     * be active.
     */
    leasedAt: number;
  };

export function leasedEffect({ run, effect, asks }: HandedOut, leasedAt: number): LeasedEffect {
  const request = parseObject(effect.request);
  return {
    run,
    effect,
    asks,
    request,
    leasedAt,
    organization: run.identity.organizationId,
    lane: run.identity.workflowId,
    destination: effects[effect.kind].destination(request),
  };
}
