import { timestampDate } from '@bufbuild/protobuf/wkt';
import { compileDefinition, type EffectKind } from '@drippulse/engine';
import { refuseViolations } from '@drippulse/errors';
import type { PerformActionRequest } from '@drippulse/proto/drippulse/journeys/v1/actions_pb';
import type { Caller } from '@drippulse/rpc';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { EffectCall } from '../effects/effect-call.ts';
import { effectTypeOf } from '../effects/effects.ts';
import { parseObject } from '../enrollments/contact.ts';
import { enrollmentNotFound } from '../enrollments/refusals.ts';

const longestKey = 255;
const mostBytes = 256 * 1024;

/** Kinds of effects that agents may perform. An agent cannot start another agent. */
const kinds = [
  ...['email', 'crm_create_lead', 'crm_update_record', 'crm_create_activity', 'crm_move_opportunity'],
  ...['webhook_callback', 'alert', 'integration_action'],
] as readonly string[] as readonly EffectKind[]; // each string is an `EffectKind` of the engine

/**
 * A definition without class, priority or rules, so that an agent's mail uses the defaults instead of the settings of
 * the workflow's own mails.
 */
const noWorkflow = compileDefinition({ workflowId: '0', version: 1, steps: [] });

/** Reads an action as the effect of a step. The contact and the time zone come from the agent's enrollment. */
export async function readAction(
  ctx: Context,
  caller: Caller,
  request: PerformActionRequest,
  signal: AbortSignal,
): Promise<EffectCall> {
  const { organizationId, actor, mode } = caller;
  const kind = kinds.find((known) => known === request.kind);
  refuseViolations([
    ...(request.key === '' || request.key.length > longestKey
      ? [{ field: 'key', message: `must have 1 to ${longestKey} characters` }]
      : []),
    ...(kind === undefined ? [{ field: 'kind', message: 'must be a kind that agents perform' }] : []),
    ...(request.request.length > mostBytes ? [{ field: 'request', message: 'must be at most 256 KiB long' }] : []),
    ...(kind === 'email' && request.enrollmentId === undefined
      ? [{ field: 'enrollment_id', message: 'is required for a mail' }]
      : []),
  ]);
  if (kind === undefined) throw new Error('what has no kind was refused');
  const read = parseObject(Buffer.from(request.request).toString());
  const place = { workflowId: request.workflowId ?? 0n, enrollmentId: request.enrollmentId ?? 0n };
  const contact = request.enrollmentId === undefined ? nobody : await findContact(ctx, { organizationId, ...place });
  return {
    ...{
      key: request.key,
      kind,
      request: read,
      attempt: request.attempt,
      organizationId,
      actor,
      mode,
      ...place,
      ...contact,
    },
    plannedAt: request.plannedAt === undefined ? ctx.clock.now() : timestampDate(request.plannedAt),
    stepId: `agent:${request.agentId}`,
    definition: noWorkflow,
    hops: actor.type === 'workflow' ? actor.hops : 0,
    cause: request.cause === '' ? `agent:${request.key}` : request.cause,
    agentId: request.agentId,
    signal: AbortSignal.any([signal, AbortSignal.timeout(effectTypeOf(kind).deadlineMs(read))]),
  };
}

type Contact = Pick<EffectCall, 'email' | 'leadRef' | 'timezone'>;

const nobody: Contact = { email: null, leadRef: null, timezone: 'UTC' };

/**
 * Finds the contact of an enrollment. Throws if the enrollment has ended or was erased, because an agent must not reach
 * the contact of such an enrollment.
 */
async function findContact(
  { db }: Context,
  o: { organizationId: bigint; workflowId: bigint; enrollmentId: bigint },
): Promise<Contact> {
  const { rows } = await sql<{ email: string | null; lead_ref: string | null; timezone: string }>`
    select email, lead_ref, timezone from enrollments as enrollment
    where workflow_id = ${o.workflowId} and id = ${o.enrollmentId} and organization_id = ${o.organizationId} and erased_at is null
      and exists (
        select from runs where runs.workflow_id = enrollment.workflow_id and runs.enrollment_id = enrollment.id)`.execute(
    db.kysely,
  );
  const [row] = rows;
  if (row === undefined) throw enrollmentNotFound();
  return { email: row.email, leadRef: row.lead_ref, timezone: row.timezone };
}
