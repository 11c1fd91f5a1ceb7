import type { Database, Sealer } from '@drippulse/db';
import { sql } from 'kysely';
import type { DB } from '../db/schema.ts';
import { resealSecret } from './secrets.ts';

/** Maximum number of rows that one statement reads. An organization has one secret, so there are few rows. */
const slice = 500;
/** The version and key id at the start of a sealed value; see `createSealer`. */
const headBytes = 5;

/**
 * Reseals secrets that are sealed with an older key, so that the older key can be removed. A secret that is replaced in
 * the meantime is left alone.
 */
export async function resealInboundSecrets({ sealer, db }: { sealer: Sealer; db: Database<DB> }): Promise<void> {
  const current = sealer.seal(Buffer.of(), '').subarray(0, headBytes);
  for (let found = slice; found === slice; ) {
    const rows = await db.kysely
      .selectFrom('inbound_secrets')
      .selectAll()
      .where(sql<boolean>`(substring(secret from 1 for ${headBytes}) <> ${current}
        or substring(previous_secret from 1 for ${headBytes}) <> ${current})`)
      .limit(slice)
      .execute();
    for (const { organization_id: organizationId, purpose, secret, previous_secret: previous } of rows) {
      await db.kysely
        .updateTable('inbound_secrets')
        .set({
          secret: resealSecret(sealer, organizationId, secret),
          previous_secret: previous && resealSecret(sealer, organizationId, previous),
        })
        .where('organization_id', '=', organizationId)
        .where('purpose', '=', purpose)
        .where('secret', '=', secret)
        .execute();
    }
    found = rows.length;
  }
}
