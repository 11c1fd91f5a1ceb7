import type { HandlerContext } from '@connectrpc/connect';
import { DomainError } from '@drippulse/errors';
import type { Kysely } from 'kysely';
import { sessionIdHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';

/**
 * Refuses a session that began with an organization's own provider. The provider is trusted only for members of that
 * organization; otherwise its operator could get into every other organization of a member.
 */
export async function requireOwnSignIn(db: Kysely<DB>, call: HandlerContext): Promise<void> {
  const session = await db
    .selectFrom('sessions')
    .select('method')
    .where('id', '=', call.requestHeader.get(sessionIdHeader))
    .executeTakeFirst();
  if (session?.method !== 'sso') return;
  throw new DomainError(
    'permission_denied',
    'own_sign_in_required',
    'Your session began at the provider of your organization. Log in with your password, or with Google.',
  );
}
