import type { DescMessage } from '@bufbuild/protobuf';
import { fieldRest } from '@drippulse/json';
import { ListCrmAccountsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { ListCrmActivitiesRequestSchema } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { ExportCrmCsvRequestSchema } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { ListCrmChangeEventsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { ListCrmContactsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import {
  CreateCrmCustomFieldRequestSchema,
  ListCrmCustomFieldsRequestSchema,
} from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { ListCrmLeadsRequestSchema } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { ListCrmOpportunitiesRequestSchema } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { expect, test } from '@jest/globals';
import { accounts } from '../src/accounts/account.ts';
import { activities } from '../src/activities/activity.ts';
import { contacts } from '../src/contacts/contact.ts';
import { shapes } from '../src/exports/shapes.ts';
import { leads } from '../src/leads/lead.ts';
import { opportunities } from '../src/opportunities/opportunity.ts';
import { tables } from '../src/records/collection.ts';

function documented(desc: DescMessage, name: string): string[] {
  const field = desc.fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${desc.typeName} has no ${name}`);
  return fieldRest(field).values;
}

test.each([
  [accounts, ListCrmAccountsRequestSchema],
  [contacts, ListCrmContactsRequestSchema],
  [leads, ListCrmLeadsRequestSchema],
  [opportunities, ListCrmOpportunitiesRequestSchema],
  [activities, ListCrmActivitiesRequestSchema],
])('the document has the orders of each list (%#)', ({ sorts }, request) => {
  const accepted = Object.keys(sorts).flatMap((column) => [column, `-${column}`]);
  expect(documented(request, 'sort').toSorted()).toEqual(accepted.toSorted());
});

test('the document has the collections of the export and the types of records', () => {
  expect(documented(ExportCrmCsvRequestSchema, 'collection')).toEqual([...shapes.keys()]);
  for (const request of [
    CreateCrmCustomFieldRequestSchema,
    ListCrmCustomFieldsRequestSchema,
    ListCrmChangeEventsRequestSchema,
  ]) {
    expect(documented(request, 'record_type').toSorted()).toEqual(Object.keys(tables).toSorted());
  }
});
