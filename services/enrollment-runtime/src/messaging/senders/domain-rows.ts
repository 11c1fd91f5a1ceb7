import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { SendingDomainSchema } from '@drippulse/proto/drippulse/messaging/v1/sender_pb';
import type { Kysely, Selectable } from 'kysely';
import type { DB, SendingDomains } from '../../db/schema.ts';

export type DomainRow = Selectable<SendingDomains>;

/** Hours between lookups of the records of a verified domain. */
export const checkHours = 24;

export function selectDomains(db: Kysely<DB>, organizationId: bigint) {
  return db.selectFrom('sending_domains').where('organization_id', '=', organizationId);
}

export async function findDomain(db: Kysely<DB>, organizationId: bigint, id: bigint): Promise<DomainRow> {
  const row = await selectDomains(db, organizationId).selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw domainNotFound();
  return row;
}

export function domainNotFound(): DomainError {
  return new DomainError('not_found', 'sending_domain_not_found', 'There is no sending domain with this id.');
}

/** Returns the DNS records of a domain: for proof of ownership and for DKIM. */
export function recordsOf(row: DomainRow) {
  return {
    ownership: { name: `_drippulse.${row.domain}`, value: `drippulse-verification=${row.token}` },
    dkim: { name: `${row.selector}._domainkey.${row.domain}`, value: `v=DKIM1; k=rsa; p=${row.public_key}` },
  };
}

export function domainToProto(row: DomainRow): MessageInitShape<typeof SendingDomainSchema> {
  const { ownership, dkim } = recordsOf(row);
  return {
    id: row.id,
    domain: row.domain,
    verified: row.verified_at !== null,
    records: [
      { purpose: 'ownership', type: 'TXT', ...ownership, found: row.txt_found },
      { purpose: 'dkim', type: 'TXT', ...dkim, found: row.dkim_found },
    ],
    checkedAt: row.checked_at ? timestampFromDate(row.checked_at) : undefined,
    verifiedAt: row.verified_at ? timestampFromDate(row.verified_at) : undefined,
    createdAt: timestampFromDate(row.created_at),
  };
}
