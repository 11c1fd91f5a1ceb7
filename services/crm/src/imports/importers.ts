import { timestampDate } from '@bufbuild/protobuf/wkt';
import { type JsonObject, parseTimestamp } from '@drippulse/json';
import { CreateCrmAccountRequestSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CreateCrmActivityRequestSchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CreateCrmContactRequestSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CreateCrmLeadRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CreateCrmOpportunityRequestSchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { accounts, accountValues } from '../accounts/account.ts';
import { activities, activityValues } from '../activities/activity.ts';
import { contacts, contactValues } from '../contacts/contact.ts';
import { leads, newLeadValues } from '../leads/lead.ts';
import { opportunities, opportunityValues } from '../opportunities/opportunity.ts';
import type { Values } from '../records/collection.ts';
import { placesOf } from './places.ts';
import { type Importer, importerOf } from './write-rows.ts';

/** Importers by the name of their collection. Each collection links only to earlier ones. */
export const importers = new Map<string, Importer>([
  ['accounts', importerOf({ collection: accounts, desc: CreateCrmAccountRequestSchema, valuesOf: accountValues })],
  ['contacts', importerOf({ collection: contacts, desc: CreateCrmContactRequestSchema, valuesOf: contactValues })],
  [
    'leads',
    importerOf({
      collection: leads,
      desc: CreateCrmLeadRequestSchema,
      valuesOf: newLeadValues,
      further: async (_write, rows) => rows.map(({ fields }) => conversionOf(fields)),
    }),
  ],
  [
    'opportunities',
    importerOf({
      collection: opportunities,
      desc: CreateCrmOpportunityRequestSchema,
      valuesOf: opportunityValues,
      further: placesOf,
    }),
  ],
  [
    'activities',
    importerOf({ collection: activities, desc: CreateCrmActivityRequestSchema, valuesOf: activityValues }),
  ],
]);

/**
 * Returns the columns of a lead's conversion to a contact. `contact_id` is already the UUID of the contact in this
 * installation.
 */
function conversionOf({ contact_id, converted_at }: JsonObject): Values {
  const convertedAt = typeof converted_at === 'string' ? parseTimestamp(converted_at) : undefined;
  if (convertedAt === undefined || typeof contact_id !== 'string') return {};
  return { contact_id, converted_at: timestampDate(convertedAt) };
}
