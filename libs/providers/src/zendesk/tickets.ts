import { z } from 'zod';
import { objectOf } from '../answers/reading.ts';
import { type ProviderRequest, pathOf } from '../calls.ts';

/** Builds the schema of an id at Zendesk. */
export const id = (help: string) => z.int().min(1).describe(help);

export const tags = z.array(z.string().regex(/^[^\s,]{1,100}$/)).max(100);
export const priority = z.enum(['urgent', 'high', 'normal', 'low']).describe('Priority.');
export const status = z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']).describe('Status.');
export const type = z.enum(['problem', 'incident', 'question', 'task']).describe('Type of ticket.');

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);
export const customFields = z
  .record(z.string().regex(/^\d{1,18}$/), fieldValue)
  .describe('Values of custom fields, by the id of the field; null clears.');

export function customFieldsOf(fields: z.output<typeof customFields> | undefined) {
  return fields && Object.entries(fields).map(([fieldId, value]) => ({ id: Number(fieldId), value }));
}

/** Changes a ticket. */
export function putTicket(ticketId: number, ticket: Parameters<typeof objectOf>[0]): ProviderRequest {
  const path = pathOf`/api/v2/tickets/${ticketId}`;
  return { host: 'account', method: 'PUT', path, body: { json: { ticket: objectOf(ticket) } } };
}

export const ticketOutput = z.object({ ticket_id: z.number(), status: z.string().optional() });

/** Returns the URL of a ticket's page for agents, from the API URL in the response. */
export function agentUrl(apiUrl: string | undefined): string | undefined {
  return apiUrl?.replace(/\/api\/v2\/tickets\/(\d+)(\.json)?$/, '/agent/tickets/$1');
}
