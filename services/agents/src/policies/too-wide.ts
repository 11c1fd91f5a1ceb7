import { DomainError } from '@drippulse/errors';
import { findAction } from '../actions/catalog.ts';
import { type ToolMembers, toolPolicyOf } from './tool-policy.ts';

/**
 * Refuses a policy under which text from a third party could make an agent read other records, and then write or send
 * unattended. Any model's input may contain such text, so a policy that allows reading and writing must require
 * approval of each write.
 */
export function requireNarrow(members: ToolMembers): void {
  const open = writesWithoutApproval(members);
  if (open.length === 0) return;
  throw new DomainError(
    'failed_precondition',
    'policy_too_wide',
    `Agents with this policy read records and perform ${open.join(', ')} with nobody asked. Let require_approval include them, or allow less.`,
  );
}

/** Returns the writes that a policy allows without approval, if the policy also allows reading records. */
export function writesWithoutApproval(members: ToolMembers): string[] {
  const policy = toolPolicyOf(members);
  const allowed = [...policy.actions].flatMap((name) => findAction(name) ?? []);
  const usable = allowed.filter(({ integration }) => integration === undefined || policy.integrations.has(integration));
  if (!usable.some(({ readsRecords }) => readsRecords)) return [];
  return usable.filter((action) => action.access === 'write' && !policy.needsApproval(action)).map(({ name }) => name);
}
