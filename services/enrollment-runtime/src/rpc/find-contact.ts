import type { HandlerContext } from '@connectrpc/connect';
import { encodeJson } from '@drippulse/json';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmLeadSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import type { FindContactRequest } from '@drippulse/proto/drippulse/enrollments/v1/enrollments_pb';
import { callerOf } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { contactText } from '../crm/contact-text.ts';
import { findPeople } from '../crm/find-people.ts';
import { readAll } from '../enrollments/read-all.ts';

/** Finds a person by a reference, for a service that renders content for the person. */
export async function findContact(ctx: Context, { leadRef }: FindContactRequest, call: HandlerContext) {
  const text = (await ofCrm(ctx, leadRef, call)) ?? (await ofEnrollment(ctx, leadRef, call));
  return text === undefined ? {} : { contact: Buffer.from(text) };
}

async function ofCrm(ctx: Context, leadRef: string, call: HandlerContext): Promise<string | undefined> {
  const { contact, lead } = await findPeople(ctx, call, leadRef);
  if (contact !== undefined) return contactText(contact.publicId, encodeJson(CrmContactSchema, contact));
  return lead && contactText(lead.publicId, encodeJson(CrmLeadSchema, lead));
}

/** Returns the contact of the person's newest enrollment in the caller's mode. */
async function ofEnrollment(ctx: Context, leadRef: string, call: HandlerContext): Promise<string | undefined> {
  const { organizationId, mode } = callerOf(call);
  const slice = { after: undefined, offset: 0, limit: 1 };
  const { rows } = await readAll(ctx, { organizationId, workflowId: undefined }, { mode, leadRef }, slice);
  const [newest] = rows;
  if (newest === undefined) return undefined;
  const found = await ctx.db.kysely
    .selectFrom('enrollments')
    .select('contact')
    .where('workflow_id', '=', newest.row.workflowId)
    .where('id', '=', newest.row.id)
    .executeTakeFirst();
  return found?.contact;
}
