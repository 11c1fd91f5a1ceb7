import { IdentityService, type NotificationTopic } from '@drippulse/proto/drippulse/identity/v1/identity_pb';
import type { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { callerOf, type Routes } from '@drippulse/rpc';

type Member = { organizationId: bigint; userId: bigint; email: string; name?: string; role: Role };

/** Creates an identity service in memory, which has the members of organizations. */
export function createIdentityPeer() {
  const members: (Member & { muted?: NotificationTopic[] })[] = [];
  const routes: Routes = (router) => {
    router.service(IdentityService, {
      listRecipients({ roles, topic }, call) {
        const { organizationId } = callerOf(call);
        const recipients = members.filter(
          (one) => one.organizationId === organizationId && roles.includes(one.role) && !one.muted?.includes(topic),
        );
        return { recipients: recipients.map(({ userId, email, name, role }) => ({ userId, email, name, role })) };
      },
    });
  };
  return { members, routes };
}
