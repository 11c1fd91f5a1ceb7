import type { Caller } from '@drippulse/rpc';
import type { Transaction } from 'kysely';
import type { DB } from '../db/schema.ts';
import type { Content } from './content.ts';

/** Stores the content of a version, which never changes. */
export async function insertVersion(
  trx: Transaction<DB>,
  { organizationId, actor }: Caller,
  { templateId, version, content, now }: { templateId: bigint; version: number; content: Content; now: Date },
): Promise<void> {
  await trx
    .insertInto('template_versions')
    .values({
      ...content,
      organization_id: organizationId,
      template_id: templateId,
      version,
      actor_type: actor.type,
      actor_id: actor.id,
      created_at: now,
    })
    .execute();
}
