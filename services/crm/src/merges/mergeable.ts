import { type ContactRow, contacts } from '../contacts/contact.ts';
import { type LeadRow, leads } from '../leads/lead.ts';
import type { Collection, MergeableType, RecordRow, Values } from '../records/collection.ts';

/** Columns of a field. If the first column is empty, the field is empty. */
type Columns = readonly [string, ...string[]];

/** Differences between merges of contacts and of leads. */
export type Mergeable<Row extends RecordRow> = {
  type: MergeableType;
  collection: Collection<Row>;
  /** Fields by their name in a request. */
  fields: Readonly<Record<string, Columns>>;
  /**
   * Fields that a request cannot choose. A survivor that lacks such a field takes the first value that a merged record
   * has, together with the values in `implies`.
   */
  carried: Readonly<Record<string, { columns: Columns; implies: Values }>>;
};

const personFields = {
  email: ['email'],
  first_name: ['first_name'],
  last_name: ['last_name'],
  title: ['title'],
  phone: ['phone'],
  owner_id: ['owner_id'],
  // An external id has no meaning without its system.
  external_id: ['external_id', 'external_system'],
} as const;

export const mergeableContacts: Mergeable<ContactRow> = {
  type: 'contact',
  collection: contacts,
  fields: { ...personFields, account_id: ['account_id'] },
  carried: {},
};

export const mergeableLeads: Mergeable<LeadRow> = {
  type: 'lead',
  collection: leads,
  fields: {
    ...personFields,
    company_name: ['company_name'],
    status: ['status'],
    source: ['source'],
    score: ['score'],
  },
  // If any merged lead was converted, the survivor is marked as converted.
  carried: { contact_id: { columns: ['contact_id', 'converted_at'], implies: { status: 'converted' } } },
};
