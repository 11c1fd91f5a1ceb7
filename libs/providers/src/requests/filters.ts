import { z } from 'zod';

/** Operators of a filter, with the same names for every provider. */
export const filterOperators = [
  'equals',
  'not_equals',
  'less_than',
  'less_or_equal',
  'greater_than',
  'greater_or_equal',
  'in',
  'not_in',
  'contains',
  'is_set',
  'is_not_set',
] as const;

export type FilterOperator = (typeof filterOperators)[number];

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Builds the schema of conditions that must all be met. Text from a step can become only a value in a query. */
export const filtersBy = (name: RegExp) =>
  z
    .array(
      z.strictObject({
        field: z.string().regex(name).describe('Name of the field.'),
        operator: z.enum(filterOperators).default('equals').describe('How it is compared.'),
        value: z
          .union([scalar, z.array(scalar).min(1).max(100)])
          .optional()
          .describe('With what; a list with in and not_in.'),
      }),
    )
    .max(6)
    .describe('Conditions, all of which must hold.');

export type Filters = z.output<ReturnType<typeof filtersBy>>;
export type Filter = Filters[number];

/** Returns the value of a filter as a list, for `in` and `not_in`. */
export function valuesOf({ value }: Filter): readonly (string | number | boolean)[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
