import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { Violation } from '@drippulse/runtime';
import type { Action, RecordType } from '../record-type.ts';

/** Types whose duplicates can be merged: of one that was, `merged_into_id` says into which. */
export type MergeableType = 'contact' | 'lead';

export function isMergeable(type: RecordType): type is MergeableType {
  return type === 'contact' || type === 'lead';
}

/** What a column holds. */
export type Value = string | number | bigint | Date | null;

/** Columns by name; absent ones are left as they are. */
export type Values = Readonly<Record<string, Value>>;

/** The columns that every record has. */
export type RecordRow = {
  id: string;
  public_id: string;
  organization_id: bigint;
  sequence: bigint;
  owner_id: bigint | null;
  external_system: string | null;
  external_id: string | null;
  custom: string;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  /** Only of types that are merged. */
  merged_into_public_id?: string | null;
};

/** What stands for null in an order, so that a cursor can point behind it; also in the index over the column. */
export type SortKind = 'text' | 'number' | 'bigint' | 'time';

export type EventPayload = NonNullable<MessageInitShape<typeof CrmEventSchema>['payload']>;

/** How the column that links to a record of another type is called, and the type. */
export type Links = Readonly<Record<string, RecordType>>;

/** What sets one of the five collections apart from the others. */
export type Collection<Row extends RecordRow> = {
  type: RecordType;
  links: Links;
  /** Columns a list may be ordered by; of those that may be null, `isNullable` names the kind of stand-in to use. */
  sorts: Readonly<Record<string, { kind: SortKind; isNullable?: true }>>;
  /** What is wrong with a row that is about to be written. */
  check(row: Values): Violation[];
  /** The events that say how a row came to be as it is; `before` is undefined for a new one. */
  events(action: Action, after: Row, before: Row | undefined): EventPayload[];
};

/** Where the records of each type are, and how their public ids begin. */
export const tables = {
  account: { table: 'accounts', prefix: 'acct' },
  contact: { table: 'contacts', prefix: 'cnt' },
  lead: { table: 'leads', prefix: 'lead' },
  opportunity: { table: 'opportunities', prefix: 'opp' },
  activity: { table: 'activities', prefix: 'act' },
} as const;
