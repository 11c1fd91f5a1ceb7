import { isRawNumber, type JsonObject, type JsonValue, parseTimestamp } from '@drippulse/json';
import { z } from 'zod';
import { objectOf } from '../json-value.ts';
import { choice, config, formatCode, mostIssues, number } from '../parameters.ts';
import { describeIssues } from './describe-issues.ts';
import type { ConfigProblem } from './step-type.ts';

/** The CRM records to enroll: records of a type that match a filter. */
export type CrmSelection = { recordType: 'lead' | 'contact'; filter: JsonObject };

const text = z.string().min(1).max(255);
const time = z
  .string()
  .refine((value) => parseTimestamp(value) !== undefined, { message: 'must be a timestamp', params: formatCode });

const commonFilters = {
  q: text,
  owner_id: number(z.int().min(1)),
  external_system: text,
  external_id: text,
  updated_since: time,
  created_since: time,
  created_until: time,
  email: text,
  // The list may not be empty, because an empty list would select all records.
  ids: z.array(text).min(1).max(100),
};

/** The filters that the lists of leads and contacts accept, by type of record. */
const filters: Record<CrmSelection['recordType'], Record<string, z.ZodType>> = {
  lead: {
    ...commonFilters,
    status: choice(['new', 'working', 'qualified', 'unqualified', 'converted']),
    source: text,
  },
  contact: { ...commonFilters, account_id: text },
};

/** A selection of records in a step or a request. */
export const crmSelection = config({
  record_type: choice(['lead', 'contact']).describe('lead or contact.'),
  filter: z
    .record(z.string(), z.custom<JsonValue>())
    .describe('Which of them: the filters of their list by name, such as {"status": "new"}; {} means all.'),
}).superRefine(({ record_type: type, filter }, context) => {
  for (const [name, value] of Object.entries(filter)) {
    if (context.issues.length >= mostIssues) break;
    for (const { path, message, code } of filterProblems(filters[type], name, value)) {
      context.addIssue({ code: 'custom', path: ['filter', ...path], message, params: { code } });
    }
  }
});

/** Reads a selection. An unknown filter is a problem, because all records would be enrolled if it were ignored. */
export function readCrmSelection(value: JsonObject): { selection: CrmSelection } | { problems: ConfigProblem[] } {
  const read = crmSelection.safeParse(value);
  if (!read.success) return { problems: describeIssues(read.error.issues, value) };
  return { selection: { recordType: read.data.record_type, filter: objectOf(read.data.filter) ?? {} } };
}

function filterProblems(known: Record<string, z.ZodType>, name: string, value: JsonValue): ConfigProblem[] {
  const schema = Object.hasOwn(known, name) ? known[name] : undefined;
  if (schema === undefined) {
    const allowed = Object.keys(known);
    return [{ path: [name], message: `must be one of ${allowed.join(', ')}`, code: 'unknown_member', allowed }];
  }
  const given = isRawNumber(value) ? Number(value.rawJSON) : value;
  const read = schema.safeParse(given);
  if (read.success) return [];
  return describeIssues(read.error.issues, given).map((problem) => ({ ...problem, path: [name] }));
}
