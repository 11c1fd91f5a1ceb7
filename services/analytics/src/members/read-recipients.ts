import { refuseViolations, type Violation } from '@drippulse/errors';
import type { Recipient } from '@drippulse/mail';
import type { Caller } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { findMembers } from './find-members.ts';

/**
 * Reads the ids of the members whom a request names by mail address or id. Default: the caller. Refuses strangers,
 * removed members, and members who want no mails about reports, all with the same violation.
 */
export async function readRecipients(
  ctx: Pick<Context, 'clients'>,
  caller: Caller,
  given: readonly string[],
): Promise<bigint[]> {
  const named = given.length > 0 ? given : ownName(caller);
  const members = await findMembers(ctx, caller.organizationId);
  const found = named.map((name) => members.find((member) => isNamed(member, name))?.userId);
  refuseViolations(
    found.flatMap((id, index): Violation[] =>
      id === undefined
        ? [{ field: `recipients.${index}`, message: 'is not a member who gets mails about reports', code: 'not_found' }]
        : [],
    ),
  );
  return [...new Set(found.filter((id) => id !== undefined))];
}

function ownName({ actor }: Caller): string[] {
  if (actor.type === 'user') return [actor.id];
  refuseViolations([{ field: 'recipients', message: 'is required for an API key', code: 'required' }]);
  return [];
}

function isNamed({ userId, to }: Recipient, name: string): boolean {
  return name === String(userId) || name.toLowerCase() === to.address.toLowerCase();
}
