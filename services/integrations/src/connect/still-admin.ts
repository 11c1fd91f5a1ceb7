import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { type Caller, fromConnectError } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import type { Authorization } from './authorizations.ts';

/**
 * Whether the initiator of a consent may still make connections. Roles, members and keys may have changed meanwhile.
 */
export async function isStillAdmin({ clients }: Context, row: Authorization): Promise<boolean> {
  const caller: Caller = {
    organizationId: row.organization_id,
    actor: { type: 'service', id: 'integrations' },
    role: 'viewer',
    mode: 'live',
  };
  const { role } = await clients
    .identity(caller)
    .getActorRole({ actorType: row.actor_type, actorId: row.actor_id })
    .catch((error: unknown) => {
      throw fromConnectError(error);
    });
  return role === Role.ADMIN;
}
