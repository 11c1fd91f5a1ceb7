import type { JsonObject } from '@drippulse/json';
import { type ProviderRequest, pathOf } from '../calls.ts';
import { type Filter, type FilterOperator, type Filters, valuesOf } from '../requests/filters.ts';

const operators: Readonly<Record<FilterOperator, string>> = {
  equals: 'EQ',
  not_equals: 'NEQ',
  less_than: 'LT',
  less_or_equal: 'LTE',
  greater_than: 'GT',
  greater_or_equal: 'GTE',
  in: 'IN',
  not_in: 'NOT_IN',
  contains: 'CONTAINS_TOKEN',
  is_set: 'HAS_PROPERTY',
  is_not_set: 'NOT_HAS_PROPERTY',
};

/** Searches objects that meet all filters. The search may show changes half a minute late. */
export function searchRequest(
  type: string,
  filters: Filters,
  more: { properties?: readonly string[]; limit: number; sorts?: readonly string[] },
): ProviderRequest {
  const { properties, limit, sorts } = more;
  return {
    host: 'api',
    method: 'POST',
    isRepeatable: true,
    path: pathOf`/crm/objects/2026-09/${type}/search`,
    body: {
      json: {
        ...(filters.length > 0 && { filterGroups: [{ filters: filters.map(filterOf) }] }),
        ...(properties && { properties: [...properties] }),
        ...(sorts && { sorts: [...sorts] }),
        limit,
      },
    },
    maxBytes: 16 * 1024 * 1024,
  };
}

function filterOf(filter: Filter): JsonObject {
  const operator = operators[filter.operator];
  const base = { propertyName: filter.field, operator };
  if (operator === 'HAS_PROPERTY' || operator === 'NOT_HAS_PROPERTY') return base;
  const values = valuesOf(filter).map(String);
  return operator === 'IN' || operator === 'NOT_IN' ? { ...base, values } : { ...base, value: values[0] ?? '' };
}
