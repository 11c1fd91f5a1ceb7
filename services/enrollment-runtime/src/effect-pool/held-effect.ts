import type { JsonObject } from '@drippulse/engine';
import { effects } from '../effects/effects.ts';
import { parseObject } from '../enrollments/contact.ts';
import type { HandedOut } from '../runs/claimed-run.ts';
import type { Queued } from './fair-queue.ts';

/** An effect that this process is to perform. `run` is replaced when its lease ended and this process claimed it again. */
export type HeldEffect = Queued &
  HandedOut & {
    request: JsonObject;
    /** When, by the process's own clock, the lease was last known to be ours and the workflow running. */
    heldSince: number;
  };

export function heldEffect({ run, effect }: HandedOut, heldSince: number): HeldEffect {
  const request = parseObject(effect.request);
  return {
    run,
    effect,
    request,
    heldSince,
    organization: run.identity.organizationId,
    lane: run.identity.workflowId,
    destination: effects[effect.kind].destination(request),
  };
}
