import type { JsonObject } from '@drippulse/json';
import { fromConnectError } from '@drippulse/rpc';
import type { Context } from '../../context.ts';
import { objectOf, storedObject } from '../../json-objects.ts';
import type { CallPlace } from '../../tools/check-call.ts';
import type { Contact } from '../../tools/constraints.ts';
import { callerOf } from '../caller.ts';
import type { LoadedModel } from './load.ts';

const timeoutMs = 5_000;

/**
 * Finds the contact of an execution that has tools. If a workflow step requested the execution, returns the contact of
 * the enrollment, as the runtime has stored it. Otherwise, returns the contact that the input names.
 */
export async function contactOf(
  ctx: Context,
  { row, input, policies }: Pick<LoadedModel, 'row' | 'input' | 'policies'>,
): Promise<Contact> {
  if (policies.some(({ actions }) => actions.size === 0)) return {};
  const { source_enrollment_id: id, source_workflow_id: workflowId } = row;
  if (id === null || workflowId === null) return namedIn(storedObject(input));
  try {
    const { enrollment } = await ctx.clients
      .enrollments(callerOf(row))
      .getEnrollment({ workflowId, id }, { timeoutMs });
    const fields = storedObject(Buffer.from(enrollment?.contact ?? []).toString() || null);
    return memberOf({ email: fields['email'], lead_ref: enrollment?.leadRef });
  } catch (error) {
    if (fromConnectError(error).kind === 'not_found') return {};
    throw error;
  }
}

export function placeOf({ row, policies }: LoadedModel, contact: Contact): CallPlace {
  return { policies, contact, hasEnrollment: row.source_enrollment_id !== null };
}

/** Reads the contact from the top level of the input, or from its member `lead` or `contact`. */
export function namedIn(input: JsonObject): Contact {
  const { email, lead_ref } = objectOf(input['lead']) ?? objectOf(input['contact']) ?? input;
  return memberOf({ email, lead_ref });
}

function memberOf(found: { email?: unknown; lead_ref?: unknown }): Contact {
  const { email, lead_ref } = found;
  return {
    ...(typeof email === 'string' && email !== '' && { email }),
    ...(typeof lead_ref === 'string' && lead_ref !== '' && { lead_ref }),
  };
}
