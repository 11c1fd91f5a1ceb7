import type { HandlerContext } from '@connectrpc/connect';
import type { Kysely } from 'kysely';
import { sessionIdHeader } from '../../call-metadata.ts';
import type { DB } from '../../db/schema.ts';

/**
 * Whether the session of a call proves the identity to every organization. A session that began with an organization's
 * own provider proves it only to that organization.
 */
export async function provesIdentity(db: Kysely<DB>, call: HandlerContext): Promise<boolean> {
  const session = await db
    .selectFrom('sessions')
    .select('method')
    .where('id', '=', call.requestHeader.get(sessionIdHeader))
    .executeTakeFirst();
  return session !== undefined && session.method !== 'sso';
}
