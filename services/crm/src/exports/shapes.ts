import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { encodeJson } from '@drippulse/json';
import { CrmAccountSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitySchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmOpportunitySchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { sql } from 'kysely';
import * as account from '../accounts/account.ts';
import * as activity from '../activities/activity.ts';
import * as contact from '../contacts/contact.ts';
import type { Context } from '../context.ts';
import * as lead from '../leads/lead.ts';
import * as opportunity from '../opportunities/opportunity.ts';
import type { Collection, RecordRow } from '../records/collection.ts';
import { selectRecords } from '../records/rows.ts';

/** Approximate size of a slice in bytes. A larger slice would take much memory while a slow reader reads it. */
const sliceBytes = 512 << 10;
const firstRows = 8;
const mostRows = 500;
const leastId = '00000000-0000-0000-0000-000000000000';

/** How an export represents the records of a collection. */
export type Shape = {
  desc: DescMessage;
  /** Reads all records of an organization as JSON strings, including deleted ones, in slices ordered by id. */
  slices(ctx: Context, organizationId: bigint, signal: AbortSignal): AsyncGenerator<string[]>;
};

/** Collections by name. Each collection links only to earlier ones. */
export const shapes = new Map<string, Shape>([
  ['accounts', shapeOf(account.accounts, CrmAccountSchema, account.accountToProto)],
  ['contacts', shapeOf(contact.contacts, CrmContactSchema, contact.contactToProto)],
  ['leads', shapeOf(lead.leads, CrmLeadSchema, lead.leadToProto)],
  ['opportunities', shapeOf(opportunity.opportunities, CrmOpportunitySchema, opportunity.opportunityToProto)],
  ['activities', shapeOf(activity.activities, CrmActivitySchema, activity.activityToProto)],
]);

/** Returns the shape of a collection. Each slice is one query, so a slow reader keeps no transaction open. */
function shapeOf<Row extends RecordRow, D extends DescMessage>(
  collection: Collection<Row>,
  desc: D,
  toProto: (row: Row) => MessageInitShape<D>,
): Shape {
  return {
    desc,
    async *slices(ctx, organizationId, signal) {
      let after = leastId;
      let limit = firstRows;
      let isLast = false;
      while (!isLast && !signal.aborted) {
        const rows: Row[] = await readSlice(ctx, collection, organizationId, { after, limit });
        const texts = rows.map((row) => encodeJson(desc, create(desc, toProto(row))));
        if (rows.length > 0) yield texts;
        after = rows.at(-1)?.id ?? after;
        isLast = rows.length < limit;
        limit = rowsOfNext(texts);
      }
    },
  };
}

/** Returns the number of rows of the next slice, estimated from the size of the previous rows. */
function rowsOfNext(texts: readonly string[]): number {
  const bytes = texts.reduce((sum, { length }) => sum + length, 0);
  const fitting = Math.floor((sliceBytes / Math.max(1, bytes)) * texts.length);
  return Math.min(mostRows, Math.max(1, fitting));
}

async function readSlice<Row extends RecordRow>(
  ctx: Context,
  collection: Collection<Row>,
  organizationId: bigint,
  { after, limit }: { after: string; limit: number },
): Promise<Row[]> {
  const condition = sql`organization_id = ${organizationId} and id > ${after}::uuid`;
  const { rows } = await sql<Row>`
    ${selectRecords(collection, condition)} order by id limit ${limit}`.execute(ctx.db.kysely);
  return rows;
}
