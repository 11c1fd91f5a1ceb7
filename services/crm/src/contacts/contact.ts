import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CreateCrmContactRequest,
  CrmContactSchema,
  UpdateCrmContactRequest,
} from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import type { Selectable } from 'kysely';
import type { Contacts } from '../db/schema.ts';
import type { Collection } from '../records/collection.ts';
import { checkAnyOf, checkRow, email, text } from '../records/rules.ts';
import { commonFields, commonValues } from '../records/values.ts';

export type ContactRow = Selectable<Contacts> & {
  account_public_id: string | null;
  merged_into_public_id: string | null;
};

const rules = { email, first_name: text(255), last_name: text(255), title: text(255), phone: text(50) };

/** Columns of which at least one must have a value in each contact. */
const knownBy = ['email', 'first_name', 'last_name', 'phone'];

export const contacts: Collection<ContactRow> = {
  type: 'contact',
  links: { account_id: 'account' },
  sorts: {
    created_at: { kind: 'time' },
    updated_at: { kind: 'time' },
    email: { kind: 'text', isNullable: true },
    last_name: { kind: 'text', isNullable: true },
  },
  check: (row) => [...checkRow(rules, row), ...checkAnyOf(knownBy, row)],
  events: (action, row) => [{ case: eventCases[action], value: contactToProto(row) }],
};

const eventCases = { created: 'contactCreated', updated: 'contactUpdated', deleted: 'contactDeleted' } as const;

export function contactValues(request: CreateCrmContactRequest | UpdateCrmContactRequest) {
  return {
    email: request.email ?? null,
    first_name: request.firstName ?? null,
    last_name: request.lastName ?? null,
    title: request.title ?? null,
    phone: request.phone ?? null,
    account_id: request.accountId ?? null,
    ...commonValues(request),
  };
}

export function contactToProto(row: ContactRow): MessageInitShape<typeof CrmContactSchema> {
  return {
    ...commonFields(row),
    email: row.email ?? undefined,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    title: row.title ?? undefined,
    phone: row.phone ?? undefined,
    accountId: row.account_id ?? undefined,
    accountPublicId: row.account_public_id ?? undefined,
    mergedIntoId: row.merged_into_id ?? undefined,
    mergedIntoPublicId: row.merged_into_public_id ?? undefined,
  };
}
