import type { HandlerContext } from '@connectrpc/connect';
import { refuseViolations } from '@drippulse/errors';
import type { AcceptInvitationRequest } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import type { Context } from '../context.ts';
import { insertIdentity } from '../identities/insert-identity.ts';
import { findKnown, hasAddress, lockKnown, proveIdentity } from '../identities/prove-identity.ts';
import { forAnotherAddress, join } from '../invitations/join.ts';
import { waitingMember } from '../invitations/waiting-member.ts';
import { findLink } from '../links/use-link.ts';
import { memberProblems } from '../team-members/fields.ts';

export async function acceptInvitation(ctx: Context, request: AcceptInvitationRequest, call: HandlerContext) {
  const { token = '', password = '', name } = request;
  const now = ctx.clock.now();
  // The link is checked before anything is hashed or compared, so that a request without a valid token costs one
  // look-up.
  const link = await findLink(ctx.db.kysely, 'invitation', { token, now });
  const invited = await waitingMember(ctx, link);
  const username = request.username ?? invited.username;
  const known = await findKnown(ctx, username);
  refuseViolations(memberProblems({ name, ...(known === undefined && { username, password }) }));
  if (known !== undefined) {
    await proveIdentity(ctx, call, { known, username, password });
    if (!hasAddress(known, link.email)) throw forAnotherAddress();
  }
  const passwordHash = known === undefined ? await ctx.passwords.hash(password) : null;
  return join(ctx, call, link, {
    name,
    identity: (trx) =>
      known === undefined
        ? insertIdentity(trx, { username, email: link.email, passwordHash, emailVerifiedAt: now, now })
        : lockKnown(trx, known, { email: link.email, now }),
  });
}
