import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { AcceptInvitationRequestSchema } from '@drippulse/proto/drippulse/identity/v1/invitations_pb';
import type { SubmitInvitationRequest } from '@drippulse/proto/drippulse/identity/v1/link_pages_pb';
import type { Context } from '../context.ts';
import { keepInvitation } from '../invitations/invitation-cookie.ts';
import { waitingMember } from '../invitations/waiting-member.ts';
import { findLink } from '../links/use-link.ts';
import { invitationPage, invitationProviderPage } from '../pages/links.ts';
import { given, submitForm } from '../sign-in/submit-form.ts';
import { acceptInvitation } from './accept-invitation.ts';

export async function submitInvitation(ctx: Context, { body }: SubmitInvitationRequest, call: HandlerContext) {
  const page = await submitForm(ctx, call, {
    body,
    again: invitationPage,
    act: async (form) => {
      const token = form.get('token')?.trim() ?? '';
      if (form.get('by') === 'provider') return goToProvider(ctx, call, token);
      const request = create(AcceptInvitationRequestSchema, {
        token,
        username: given(form, 'username'),
        password: form.get('password') ?? '',
        name: given(form, 'name'),
      });
      const { organizationName } = await acceptInvitation(ctx, request, call);
      return { title: 'Welcome', sentences: [`You are a member of ${organizationName} now. Sign in.`] };
    },
  });
  return { page };
}

/**
 * Lets the browser sign in with a provider. The link is not used up, because the sign-in that follows accepts the
 * invitation.
 */
async function goToProvider(ctx: Context, call: HandlerContext, token: string) {
  const link = await findLink(ctx.db.kysely, 'invitation', { token, now: ctx.clock.now() });
  const { organization_id: organizationId } = await waitingMember(ctx, link);
  const { name, slug, issuer } = await ctx.db.kysely
    .selectFrom('organizations')
    .leftJoin('sso_connections', 'sso_connections.organization_id', 'organizations.id')
    .select(['organizations.name', 'organizations.slug', 'sso_connections.issuer'])
    .where('organizations.id', '=', organizationId)
    .executeTakeFirstOrThrow();
  keepInvitation(ctx, call, token);
  return invitationProviderPage({
    organization: name,
    slug: issuer === null ? null : slug,
    hasGoogle: ctx.providers.google !== undefined,
  });
}
