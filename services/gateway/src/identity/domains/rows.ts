import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { DomainSchema } from '@drippulse/proto/drippulse/identity/v1/sign_in_pb';
import type { Kysely, Selectable } from 'kysely';
import type { AccountDomains, DB } from '../../db/schema.ts';

export type DomainRow = Selectable<AccountDomains>;

export function selectDomains(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('account_domains').where('organization_id', '=', organizationId);
}

export async function findDomain(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<DomainRow> {
  const row = await selectDomains(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw domainNotFound();
  return row;
}

export function domainNotFound(): DomainError {
  return new DomainError('not_found', 'domain_not_found', 'There is no domain with this id.');
}

/**
 * Returns the DNS record that proves ownership of a domain for sign-in. It differs from the record for sending, because
 * permission to send mails from a domain must not include permission to let people sign in.
 */
export function recordOf({ domain, token }: Pick<DomainRow, 'domain' | 'token'>): { name: string; value: string } {
  return { name: `_drippulse-sign-in.${domain}`, value: `drippulse-sign-in=${token}` };
}

export function domainToProto(row: DomainRow): MessageInitShape<typeof DomainSchema> {
  return {
    id: row.id,
    domain: row.domain,
    verified: row.verified_at !== null,
    record: { type: 'TXT', ...recordOf(row), found: row.found },
    checkedAt: row.checked_at ? timestampFromDate(row.checked_at) : undefined,
    verifiedAt: row.verified_at ? timestampFromDate(row.verified_at) : undefined,
    createdAt: timestampFromDate(row.created_at),
  };
}
