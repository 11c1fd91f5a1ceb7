import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { encodeJson } from '@drippulse/json';
import { CrmAccountSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitySchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import type {
  ExportCrmRecordsRequestSchema,
  ExportCrmRecordsResponseSchema,
} from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitySchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { callerOf } from '@drippulse/rpc';
import { sql } from 'kysely';
import * as account from '../accounts/account.ts';
import * as activity from '../activities/activity.ts';
import * as contact from '../contacts/contact.ts';
import type { Context } from '../context.ts';
import * as lead from '../leads/lead.ts';
import * as opportunity from '../opportunities/opportunity.ts';
import { type Collection, type RecordRow, tables } from '../records/collection.ts';
import { selectRecords } from '../records/rows.ts';

const sliceRows = 500;

/** Reads rows of one type behind an id, as JSON texts. */
type ReadSlice = (ctx: Context, organizationId: bigint, after: string) => Promise<{ texts: string[]; last?: string }>;

/** In an order in which each links only to those before it. */
const collections = [
  readerOf(account.accounts, CrmAccountSchema, account.toProto),
  readerOf(contact.contacts, CrmContactSchema, contact.toProto),
  readerOf(lead.leads, CrmLeadSchema, lead.toProto),
  readerOf(opportunity.opportunities, CrmOpportunitySchema, opportunity.toProto),
  readerOf(activity.activities, CrmActivitySchema, activity.toProto),
];

/**
 * Everything of the organization, deleted records included, slice by slice: neither this service nor the gateway ever
 * holds it. Each slice is read by itself, so that a slow reader holds no transaction open.
 */
export async function* exportRecords(
  ctx: Context,
  _request: MessageShape<typeof ExportCrmRecordsRequestSchema>,
  call: HandlerContext,
): AsyncIterable<MessageInitShape<typeof ExportCrmRecordsResponseSchema>> {
  const { organizationId } = callerOf(call);
  const head = { version: 1, exported_at: ctx.clock.now().toISOString(), organization_id: Number(organizationId) };
  yield piece(JSON.stringify(head).slice(0, -1));
  for (const { name, read } of collections) {
    yield piece(`,"${name}":[`);
    let separator = '';
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined && !call.signal.aborted) {
      const { texts, last }: { texts: string[]; last?: string } = await read(ctx, organizationId, after);
      if (texts.length > 0) yield piece(separator + texts.join(','));
      separator = ',';
      after = last;
    }
    yield piece(']');
  }
  yield piece('}');
}

function piece(text: string): MessageInitShape<typeof ExportCrmRecordsResponseSchema> {
  return { body: { contentType: 'application/json', data: new TextEncoder().encode(text) } };
}

function readerOf<Row extends RecordRow, D extends DescMessage>(
  collection: Collection<Row>,
  desc: D,
  toProto: (row: Row) => MessageInitShape<D>,
): { name: string; read: ReadSlice } {
  return {
    name: tables[collection.type].table,
    async read(ctx, organizationId, after) {
      const condition = sql`organization_id = ${organizationId} and id > ${after}::uuid`;
      const { rows } = await sql<Row>`
        ${selectRecords(collection, condition)} order by id limit ${sliceRows}`.execute(ctx.db.kysely);
      const texts = rows.map((row) => encodeJson(desc, create(desc, toProto(row))));
      return { texts, last: rows.length < sliceRows ? undefined : rows.at(-1)?.id };
    },
  };
}
