import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { Requirement } from '@drippulse/engine';
import { type JsonObject, stringifyJson } from '@drippulse/json';
import type { EffectContext, EffectOutcome } from '../effect-call.ts';
import { askPerformer, type PerformerCall, performerTimeoutMs } from './ask-performer.ts';
import { outcomeOfAccepted, outcomeOfPostponed, outcomeOfResult } from './outcomes.ts';

/**
 * Asks the service of `requirement` to perform an effect. `saveAs` names the member of the run's data in which the
 * effect's output is stored.
 */
export function askToPerform(
  ctx: EffectContext,
  requirement: Requirement,
  call: PerformerCall,
  { saveAs }: { saveAs?: string } = {},
): Promise<EffectOutcome> {
  return askPerformer(ctx, requirement, call, async (client, options) => {
    const { key, kind, request, attempt, plannedAt, workflowId, enrollmentId, stepId, agentId, hops, cause } = call;
    const { answer } = await client.performEffect(
      {
        key,
        kind,
        request: Buffer.from(stringifyJson(request)),
        attempt,
        plannedAt: timestampFromDate(plannedAt),
        deadline: timestampFromDate(new Date(Date.now() + performerTimeoutMs)),
        workflowId,
        enrollmentId,
        stepId,
        ...(agentId !== null && { agentId }),
        hops,
        cause,
      },
      options,
    );
    const now = ctx.clock.now();
    if (answer.case === 'accepted') return outcomeOfAccepted(answer.value, now);
    if (answer.value?.outcome.case === 'postponed') return outcomeOfPostponed(answer.value.outcome.value, now);
    return outcomeOfResult(answer.value, saveAs === undefined ? request : { ...request, save_as: saveAs });
  });
}

/**
 * Returns the destination of an effect: the service and, for an effect of a provider, its connection. The connection is
 * included so that a hanging connection does not delay the effects of other connections.
 */
export function destinationOf(requirement: Requirement, request: JsonObject): string {
  const { integration_id: integration, connection_key: connection } = request;
  const place = typeof integration === 'string' ? ` ${integration} ${String(connection)}` : '';
  return `service of ${requirement}${place}`;
}
