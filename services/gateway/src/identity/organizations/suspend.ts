import { DomainError } from '@drippulse/errors';
import { appendEvents, topicOf } from '@drippulse/events';
import { OrganizationEventSchema } from '@drippulse/proto/drippulse/identity/v1/events_pb';
import { appendAudit } from '@drippulse/service';
import { sql, type Transaction } from 'kysely';
import type { DB } from '../../db/schema.ts';
import type { Identity } from './connect.ts';

const topic = topicOf(OrganizationEventSchema);

/**
 * Suspends an organization: within 5 s its credentials are refused, its work no longer starts, and nothing is sent.
 * Nothing is deleted. False if the organization is already suspended.
 */
export function suspendOrganization(identity: Identity, slug: string): Promise<boolean> {
  return setSuspended(identity, slug, true);
}

/**
 * Resumes a suspended organization. False if the organization is not suspended. Refuses an organization whose deletion
 * has begun, because many of its rows are already erased.
 */
export function resumeOrganization(identity: Identity, slug: string): Promise<boolean> {
  return setSuspended(identity, slug, false);
}

function setSuspended({ kysely }: Identity, slug: string, isSuspended: boolean): Promise<boolean> {
  return kysely.transaction().execute(async (trx) => {
    const organization = await trx
      .selectFrom('organizations')
      .select(['id', 'suspended_at'])
      .where('slug', '=', slug)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!organization) {
      throw new DomainError('not_found', 'organization_not_found', `There is no organization with the slug "${slug}".`);
    }
    const { id, suspended_at: suspendedAt } = organization;
    if ((suspendedAt !== null) === isSuspended) return false;
    if (!isSuspended) await refuseWhileErased(trx, id, slug);
    const { revision } = await trx
      .updateTable('organizations')
      .set({ suspended_at: isSuspended ? sql`now()` : null })
      .where('id', '=', id)
      .returning('revision')
      .executeTakeFirstOrThrow();
    const payload = isSuspended
      ? ({ case: 'suspended', value: {} } as const)
      : ({ case: 'resumed', value: {} } as const);
    await appendEvents(trx, topic, [
      { organizationId: id, sequence: revision, aggregate: `organization:${id}`, payload },
    ]);
    await appendAudit(trx, {
      organizationId: id,
      name: isSuspended ? 'organization.suspended' : 'organization.resumed',
      resourceId: String(id),
      actor: { type: 'operator', id: 'npm run org' },
      before: { suspended: !isSuspended },
      after: { suspended: isSuspended },
    });
    return true;
  });
}

/**
 * Refuses an organization whose deletion has begun. Must be called after the organization is locked, because a deletion
 * that begins later suspends it again.
 */
async function refuseWhileErased(trx: Transaction<DB>, organizationId: bigint, slug: string): Promise<void> {
  const deletion = await trx
    .selectFrom('organization_deletions')
    .select('organization_id')
    .where('organization_id', '=', organizationId)
    .where('started_at', 'is not', null)
    .executeTakeFirst();
  if (deletion) throw new DomainError('failed_precondition', 'deletion_started', `"${slug}" is being deleted.`);
}
