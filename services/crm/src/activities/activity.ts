import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CreateCrmActivityRequest,
  CrmActivityKindSchema,
  type CrmActivitySchema,
  type UpdateCrmActivityRequest,
} from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import type { Selectable } from 'kysely';
import type { Activities } from '../db/schema.ts';
import { enumTexts } from '../enum-texts.ts';
import type { Collection } from '../records/collection.ts';
import { checkRow, oneOf, text } from '../records/rules.ts';
import { commonFields, commonValues, dateOf, timestampOf } from '../records/values.ts';

export type ActivityRow = Selectable<Activities> & {
  account_public_id: string | null;
  contact_public_id: string | null;
  lead_public_id: string | null;
  opportunity_public_id: string | null;
};

export const activityKinds = enumTexts(CrmActivityKindSchema);

const rules = { kind: oneOf(activityKinds.all), subject: text(255), body: text(10_000) };

export const activities: Collection<ActivityRow> = {
  type: 'activity',
  links: { account_id: 'account', contact_id: 'contact', lead_id: 'lead', opportunity_id: 'opportunity' },
  sorts: {
    created_at: { kind: 'time' },
    updated_at: { kind: 'time' },
    due_at: { kind: 'time', isNullable: true },
  },
  check: (row) => checkRow(rules, row),
  events: (action, row) => [{ case: eventCases[action], value: activityToProto(row) }],
};

const eventCases = { created: 'activityCreated', updated: 'activityUpdated', deleted: 'activityDeleted' } as const;

export function activityValues(request: CreateCrmActivityRequest | UpdateCrmActivityRequest) {
  return {
    kind: activityKinds.textOf(request.kind),
    subject: request.subject ?? null,
    body: request.body ?? null,
    due_at: dateOf(request.dueAt),
    completed_at: dateOf(request.completedAt),
    account_id: request.accountId ?? null,
    contact_id: request.contactId ?? null,
    lead_id: request.leadId ?? null,
    opportunity_id: request.opportunityId ?? null,
    ...commonValues(request),
  };
}

export function activityToProto(row: ActivityRow): MessageInitShape<typeof CrmActivitySchema> {
  return {
    ...commonFields(row),
    kind: activityKinds.numberOf(row.kind),
    subject: row.subject ?? undefined,
    body: row.body ?? undefined,
    dueAt: timestampOf(row.due_at),
    completedAt: timestampOf(row.completed_at),
    accountId: row.account_id ?? undefined,
    accountPublicId: row.account_public_id ?? undefined,
    contactId: row.contact_id ?? undefined,
    contactPublicId: row.contact_public_id ?? undefined,
    leadId: row.lead_id ?? undefined,
    leadPublicId: row.lead_public_id ?? undefined,
    opportunityId: row.opportunity_id ?? undefined,
    opportunityPublicId: row.opportunity_public_id ?? undefined,
  };
}
