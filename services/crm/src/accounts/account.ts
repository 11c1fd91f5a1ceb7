import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CreateCrmAccountRequest,
  CrmAccountSchema,
  UpdateCrmAccountRequest,
} from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import type { Selectable } from 'kysely';
import type { Accounts } from '../db/schema.ts';
import type { Collection } from '../records/collection.ts';
import { checkRow, requiredText, text } from '../records/rules.ts';
import { commonFields, commonValues } from '../records/values.ts';

export type AccountRow = Selectable<Accounts>;

const rules = {
  name: requiredText(255),
  domain: text(255),
  website: text(2_000),
  industry: text(255),
  phone: text(50),
  description: text(10_000),
};

export const accounts: Collection<AccountRow> = {
  type: 'account',
  links: {},
  sorts: { created_at: { kind: 'time' }, updated_at: { kind: 'time' }, name: { kind: 'text' } },
  check: (row) => checkRow(rules, row),
  events: (action, row) => [{ case: eventCases[action], value: accountToProto(row) }],
};

const eventCases = { created: 'accountCreated', updated: 'accountUpdated', deleted: 'accountDeleted' } as const;

export function accountValues(request: CreateCrmAccountRequest | UpdateCrmAccountRequest) {
  return {
    name: request.name ?? null,
    domain: request.domain ?? null,
    website: request.website ?? null,
    industry: request.industry ?? null,
    phone: request.phone ?? null,
    description: request.description ?? null,
    ...commonValues(request),
  };
}

export function accountToProto(row: AccountRow): MessageInitShape<typeof CrmAccountSchema> {
  return {
    ...commonFields(row),
    name: row.name,
    domain: row.domain ?? undefined,
    website: row.website ?? undefined,
    industry: row.industry ?? undefined,
    phone: row.phone ?? undefined,
    description: row.description ?? undefined,
  };
}
