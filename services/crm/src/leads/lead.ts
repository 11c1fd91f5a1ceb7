import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CreateCrmLeadRequest,
  type CrmLeadSchema,
  CrmLeadStatusSchema,
  type UpdateCrmLeadRequest,
} from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { Selectable } from 'kysely';
import type { Leads } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import type { Collection } from '../records/collection.ts';
import { checkAnyOf, checkRow, email, finite, oneOf, text } from '../records/rules.ts';
import { commonFields, commonValues, timestampOf } from '../records/values.ts';

export type LeadRow = Selectable<Leads> & { contact_public_id: string | null; merged_into_public_id: string | null };

export const leadStatuses = enumTexts(CrmLeadStatusSchema);

const rules = {
  email,
  first_name: text(255),
  last_name: text(255),
  company_name: text(255),
  title: text(255),
  phone: text(50),
  status: oneOf(leadStatuses.all),
  source: text(255),
  score: finite,
};

/** Columns of which at least one must have a value in each lead. */
const knownBy = ['email', 'first_name', 'last_name', 'company_name', 'phone'];

export const leads: Collection<LeadRow> = {
  type: 'lead',
  links: { contact_id: 'contact' },
  sorts: {
    created_at: { kind: 'time' },
    updated_at: { kind: 'time' },
    email: { kind: 'text', isNullable: true },
    last_name: { kind: 'text', isNullable: true },
    score: { kind: 'number', isNullable: true },
  },
  check: (row) => [...checkRow(rules, row), ...checkAnyOf(knownBy, row)],
  events: (action, row) => [{ case: eventCases[action], value: leadToProto(row) }],
};

const eventCases = { created: 'leadCreated', updated: 'leadUpdated', deleted: 'leadDeleted' } as const;

export function leadValues(request: CreateCrmLeadRequest | UpdateCrmLeadRequest) {
  return {
    email: request.email ?? null,
    first_name: request.firstName ?? null,
    last_name: request.lastName ?? null,
    company_name: request.companyName ?? request.company ?? null,
    title: request.title ?? null,
    phone: request.phone ?? null,
    status: leadStatuses.textOf(request.status),
    source: request.source ?? null,
    score: request.score ?? null,
    ...commonValues(request),
  };
}

/** Returns the columns of a new lead, whose status is `new` by default. */
export function newLeadValues(request: CreateCrmLeadRequest) {
  const values = leadValues(request);
  return { ...values, status: values.status ?? 'new' };
}

export function leadToProto(row: LeadRow): MessageInitShape<typeof CrmLeadSchema> {
  return {
    ...commonFields(row),
    email: row.email ?? undefined,
    firstName: row.first_name ?? undefined,
    lastName: row.last_name ?? undefined,
    companyName: row.company_name ?? undefined,
    title: row.title ?? undefined,
    phone: row.phone ?? undefined,
    status: leadStatuses.numberOf(row.status),
    source: row.source ?? undefined,
    score: row.score ?? undefined,
    convertedAt: timestampOf(row.converted_at),
    contactId: row.contact_id ?? undefined,
    contactPublicId: row.contact_public_id ?? undefined,
    mergedIntoId: row.merged_into_id ?? undefined,
    mergedIntoPublicId: row.merged_into_public_id ?? undefined,
  };
}
