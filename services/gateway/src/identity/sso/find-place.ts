import type { HandlerContext } from '@connectrpc/connect';
import { answerPage } from '@drippulse/service/pages';
import type { Context } from '../context.ts';
import { endPage } from '../pages/sign-in.ts';
import type { Place } from '../sign-in/visit-provider.ts';
import { openClientSecret, type SsoRow } from './rows.ts';

export type SsoPlace = Place & { sso: SsoRow; organization: string };

/**
 * Finds the provider of the organization that has this short name. Undefined if there is no such organization, or if it
 * has no provider.
 */
export async function findSsoPlace(ctx: Context, slug: string): Promise<SsoPlace | undefined> {
  const row = await ctx.db.kysely
    .selectFrom('sso_connections')
    .innerJoin('organizations', 'organizations.id', 'sso_connections.organization_id')
    .selectAll('sso_connections')
    .select('organizations.name')
    .where('organizations.slug', '=', slug.toLowerCase())
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { name: organization, ...sso } = row;
  const { issuer, client_id: id } = sso;
  return {
    // The place includes the application, so that an attempt at one application is not valid at a different
    // application.
    place: `sso ${sso.organization_id} ${issuer} ${id}`,
    name: new URL(issuer).host,
    oidc: ctx.providers.ofOrganizations,
    client: {
      issuer,
      id,
      secret: openClientSecret(ctx.sealer, sso),
      redirectUri: `${ctx.config.publicUrl}/auth/sso/${slug.toLowerCase()}/callback`,
    },
    sso,
    organization,
  };
}

export function answerNoSso(call: HandlerContext) {
  return answerPage(
    call,
    404,
    endPage('No organization signs in here', [
      'There is no organization of this name that has a provider of its own. Ask an administrator for the address.',
    ]),
  );
}
