import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, listOf, objectOf } from '../../answers/reading.ts';
import { filtersBy } from '../../requests/filters.ts';
import { objectType, propertyName, recordOf, recordOutput } from '../objects.ts';
import { searchRequest } from '../search.ts';

export const findRecords = defineAction({
  provider: 'hubspot',
  name: 'find_records',
  label: 'Find records',
  description: 'Finds objects that meet all filters. What was written in the last half minute may be missing.',
  input: z.strictObject({
    object: objectType,
    filters: filtersBy(propertyName).optional(),
    properties: z.array(z.string().regex(propertyName)).max(100).optional().describe('Properties to read.'),
    limit: z.int().min(1).max(200).default(10).describe('Most objects.'),
  }),
  output: z.object({ results: z.array(recordOutput), total: z.number() }),
  scopes: ['crm.objects.contacts.read', 'crm.objects.companies.read', 'crm.objects.deals.read'],
  repeat: 'read',
  example: {
    object: 'contacts',
    filters: [{ field: 'email', operator: 'equals', value: 'ada@example.com' }],
    properties: ['firstname', 'lifecyclestage'],
    limit: 5,
  },
  *perform({ object, filters = [], properties, limit }) {
    const { body } = yield searchRequest(object, filters, { properties, limit });
    const { results, total } = objectOf(body);
    return { results: listOf(results).map(recordOf), total: amountOf(total) ?? 0 };
  },
});
