import { type ContactRow, contacts } from '../contacts/contact.ts';
import { type LeadRow, leads } from '../leads/lead.ts';
import type { Collection, MergeableType, RecordRow, Values } from '../records/collection.ts';

/** Columns of one field; where the first is empty the field is. */
type Columns = readonly [string, ...string[]];

/** What sets the merges of one type apart from those of the other. */
export type Mergeable<Row extends RecordRow> = {
  type: MergeableType;
  collection: Collection<Row>;
  /** Fields by the name that a request chooses them by. */
  fields: Readonly<Record<string, Columns>>;
  /** Fields that are no choice: a survivor that has none takes the first there is, with the values that follow from it. */
  carried: Readonly<Record<string, { columns: Columns; implies: Values }>>;
};

const personFields = {
  email: ['email'],
  first_name: ['first_name'],
  last_name: ['last_name'],
  title: ['title'],
  phone: ['phone'],
  owner_id: ['owner_id'],
  // An id elsewhere means nothing without its system.
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
  // What became of one of them is what became of all.
  carried: { contact_id: { columns: ['contact_id', 'converted_at'], implies: { status: 'converted' } } },
};
