import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CreateCrmOpportunityRequest,
  CrmOpportunitySchema,
  UpdateCrmOpportunityRequest,
} from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import type { Selectable } from 'kysely';
import type { Opportunities } from '../db/schema.ts';
import { stageTypes } from '../pipelines/stage-types.ts';
import type { Collection, EventPayload } from '../records/collection.ts';
import { checkRow, currency, requiredText, text } from '../records/rules.ts';
import { commonFields, commonValues, dateOf, timestampOf } from '../records/values.ts';

export type OpportunityRow = Selectable<Opportunities> & {
  account_public_id: string | null;
  contact_public_id: string | null;
};

const rules = { name: requiredText(255), currency, description: text(10_000) };

export const opportunities: Collection<OpportunityRow> = {
  type: 'opportunity',
  links: { account_id: 'account', contact_id: 'contact' },
  sorts: {
    created_at: { kind: 'time' },
    updated_at: { kind: 'time' },
    name: { kind: 'text' },
    amount_cents: { kind: 'bigint', isNullable: true },
    expected_close_at: { kind: 'time', isNullable: true },
    stage_position: { kind: 'bigint' },
  },
  check: (row) => checkRow(rules, row),
  events: (action, row, before) => [
    { case: eventCases[action], value: opportunityToProto(row) },
    ...(action === 'deleted' ? [] : movesOf(row, before)),
  ],
};

const eventCases = {
  created: 'opportunityCreated',
  updated: 'opportunityUpdated',
  deleted: 'opportunityDeleted',
} as const;

/** Returns the events of a change of stage, in addition to the update event. */
function movesOf(row: OpportunityRow, before: OpportunityRow | undefined): EventPayload[] {
  const value = opportunityToProto(row);
  const payloads: EventPayload[] = [];
  if (before && before.pipeline_stage_id !== row.pipeline_stage_id) {
    payloads.push({ case: 'opportunityStageChanged', value });
  }
  if (row.status === before?.status) return payloads;
  if (row.status === 'won') payloads.push({ case: 'opportunityWon', value });
  if (row.status === 'lost') payloads.push({ case: 'opportunityLost', value });
  return payloads;
}

/** Returns the columns of a request, without the stage and position, which `place.ts` decides. */
export function opportunityValues(request: CreateCrmOpportunityRequest | UpdateCrmOpportunityRequest) {
  return {
    name: request.name ?? null,
    amount_cents: request.amountCents ?? null,
    currency: request.currency ?? null,
    expected_close_at: dateOf(request.expectedCloseAt),
    description: request.description ?? null,
    account_id: request.accountId ?? null,
    contact_id: request.contactId ?? null,
    ...commonValues(request),
  };
}

export function opportunityToProto(row: OpportunityRow): MessageInitShape<typeof CrmOpportunitySchema> {
  return {
    ...commonFields(row),
    name: row.name,
    amountCents: row.amount_cents ?? undefined,
    currency: row.currency ?? undefined,
    expectedCloseAt: timestampOf(row.expected_close_at),
    description: row.description ?? undefined,
    status: stageTypes.numberOf(row.status),
    pipelineId: row.pipeline_id,
    pipelineStageId: row.pipeline_stage_id,
    stagePosition: row.stage_position,
    closedAt: timestampOf(row.closed_at),
    accountId: row.account_id ?? undefined,
    accountPublicId: row.account_public_id ?? undefined,
    contactId: row.contact_id ?? undefined,
    contactPublicId: row.contact_public_id ?? undefined,
  };
}
