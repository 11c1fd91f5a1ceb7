import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { PerformEffectRequest } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';

/** An effect that the runtime requests. */
export type AskedEffect = {
  organizationId: bigint;
  /** Key of the effect. The key, the bytes of the request and the planned time are the same on every repeat. */
  key: string;
  kind: string;
  request: Uint8Array;
  attempt: number;
  plannedAt: Date;
  workflowId: bigint;
  enrollmentId: bigint;
};

/** Kinds of effects that the service performs. */
export const effectKinds = [
  'integration_action',
  'alert',
  'email',
  'crm_create_lead',
  'crm_update_record',
  'crm_create_activity',
  'crm_move_opportunity',
] as const;

export function askedEffect(organizationId: bigint, request: PerformEffectRequest): AskedEffect {
  const { key, kind, attempt, plannedAt, workflowId, enrollmentId } = request;
  return {
    ...{ organizationId, key, kind, attempt, workflowId, enrollmentId },
    request: request.request,
    plannedAt: plannedAt === undefined ? new Date(0) : timestampDate(plannedAt),
  };
}

/** Returns a string that identifies an effect among the effects of all organizations. */
export function idOf({ organizationId, key }: Pick<AskedEffect, 'organizationId' | 'key'>): string {
  return `${organizationId} ${key}`;
}
