import { z } from 'zod';
import { defineAction } from '../../actions.ts';
import { amountOf, listOf, objectOf } from '../../answers/reading.ts';
import { filtersBy } from '../../requests/filters.ts';
import { fieldPath, objectName } from '../requests.ts';
import { conditionOf, queryRequest } from '../soql.ts';

const filters = z.array(
  filtersBy(fieldPath).element.extend({
    type: z
      .enum(['text', 'number', 'boolean', 'date', 'time'])
      .optional()
      .describe('Type of the field, for values that are texts.'),
  }),
);

export const findRecords = defineAction({
  provider: 'salesforce',
  name: 'find_records',
  label: 'Find records',
  description: 'Finds records that meet all conditions.',
  input: z.strictObject({
    object: objectName,
    where: filters.max(20).optional().describe('Conditions, all of which must hold.'),
    fields: z.array(z.string().regex(fieldPath)).min(1).max(100).describe('Fields to read, by API name.'),
    limit: z.int().min(1).max(200).default(10).describe('Most records.'),
  }),
  output: z.object({ records: z.array(z.record(z.string(), z.unknown())), total: z.number() }),
  scopes: ['api'],
  repeat: 'read',
  example: {
    object: 'Lead',
    where: [{ field: 'Email', operator: 'equals', value: 'ada@example.com' }],
    fields: ['Id', 'Status', 'Owner.Name'],
    limit: 5,
  },
  *perform({ object, where = [], fields, limit }, { settings }) {
    const condition = where.length === 0 ? '' : ` WHERE ${where.map(conditionOf).join(' AND ')}`;
    const { body } = yield queryRequest(
      settings,
      `SELECT ${fields.join(', ')} FROM ${object}${condition} LIMIT ${limit}`,
    );
    const { records, totalSize } = objectOf(body);
    return { records: listOf(records).map(withoutAttributes), total: amountOf(totalSize) ?? 0 };
  },
});

function withoutAttributes(json: Parameters<typeof objectOf>[0]) {
  const { attributes: _, ...record } = objectOf(json);
  return record;
}
