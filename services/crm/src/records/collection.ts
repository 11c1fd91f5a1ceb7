import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Violation } from '@drippulse/errors';
import type { CrmEventSchema } from '@drippulse/proto/drippulse/crm/v1/events_pb';
import type { Action, RecordType } from '../record-type.ts';

/** Types that can be merged. `merged_into_id` of a merged record names the survivor. */
export type MergeableType = 'contact' | 'lead';

export function isMergeable(type: RecordType): type is MergeableType {
  return type === 'contact' || type === 'lead';
}

/** The value of a column. */
export type Value = string | number | bigint | Date | null;

/** Values by column. Columns that are absent keep their values. */
export type Values = Readonly<Record<string, Value>>;

/** Columns that every record has. */
export type RecordRow = {
  id: string;
  public_id: string;
  organization_id: bigint;
  sequence: bigint;
  revision: bigint;
  owner_id: bigint | null;
  external_system: string | null;
  external_id: string | null;
  custom: string;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  /** Present only for types that can be merged. */
  merged_into_public_id?: string | null;
};

/**
 * Type of a column by which a list is ordered. The type determines the value that replaces null in cursors and in the
 * index.
 */
export type SortKind = 'text' | 'number' | 'bigint' | 'time';

export type EventPayload = NonNullable<MessageInitShape<typeof CrmEventSchema>['payload']>;

/** Columns that link to other records, and the type of the target. */
export type Links = Readonly<Record<string, RecordType>>;

/** The definition of one of the five collections, with everything that differs between them. */
export type Collection<Row extends RecordRow> = {
  type: RecordType;
  links: Links;
  /** Columns by which a list can be ordered. In a nullable column, a value of `kind` replaces null. */
  sorts: Readonly<Record<string, { kind: SortKind; isNullable?: true }>>;
  /** Returns the violations of a row before the row is written. */
  check(row: Values): Violation[];
  /** Returns the events of a change. `before` is undefined for a new record. */
  events(action: Action, after: Row, before: Row | undefined): EventPayload[];
};

/** Table of each type, and the prefix of its public ids. */
export const tables = {
  account: { table: 'accounts', prefix: 'acct' },
  contact: { table: 'contacts', prefix: 'cnt' },
  lead: { table: 'leads', prefix: 'lead' },
  opportunity: { table: 'opportunities', prefix: 'opp' },
  activity: { table: 'activities', prefix: 'act' },
} as const;
