import type { Caller } from '@drippulse/rpc';
import type { EffectCall } from './effect-call.ts';

/**
 * Returns the caller in whose name an effect changes other services: the actor that asked for the effect, else the
 * workflow.
 */
export function callerOfCall(
  { organizationId, workflowId, hops, actor }: Pick<EffectCall, 'organizationId' | 'workflowId' | 'hops' | 'actor'>,
  mode: Caller['mode'],
): Caller {
  const workflow = { type: 'workflow' as const, id: String(workflowId), hops: hops + 1 };
  return { organizationId, actor: actor ?? workflow, role: 'editor', mode };
}
