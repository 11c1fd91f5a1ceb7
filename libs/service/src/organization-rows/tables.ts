/** The columns that determine to which organization the rows of a table belong. */
export type RowsOwner = {
  /** The column with the id of the organization or, if `table` is set, with the id of a row of that table. */
  column: string;
  /** The table with the rows that own these rows. */
  table?: string;
  /** The column of `table` to which `column` refers. */
  key?: string;
};

/** The treatment of a table's rows in an export and when an organization is deleted. */
export type OrganizationTable = {
  /** Undefined if the table has no rows of organizations. */
  owner?: RowsOwner;
  /** Whether an export includes the rows. */
  isExported: boolean;
  /**
   * A function `(organization bigint, most integer)` that erases rows and returns their number. Set it if the table
   * refuses a plain statement.
   */
  eraseBy?: string;
  /** The reason why the rows stay after a deletion. Default: they are erased. */
  kept?: string;
  /**
   * Columns that exports leave out because they are sealed or are hashes. Columns of type bytea are left out anyway.
   */
  hidden: readonly string[];
  /** Columns of type bytea that exports include nevertheless, in hexadecimal digits. */
  shown: readonly string[];
};

/**
 * The declarations of every table of a schema. The type lists them, so that code with an undeclared table does not
 * compile.
 */
export type OrganizationTables<DB> = { readonly [T in keyof DB & string]: OrganizationTable };

type Columns = { hidden?: readonly string[]; shown?: readonly string[]; eraseBy?: string };

const byOrganization: RowsOwner = { column: 'organization_id' };

/** Declares rows with the organization's id in `organization_id` or another column: exported and erased. */
export function ownRows({ column, ...columns }: Columns & { column?: string } = {}): OrganizationTable {
  const owner = column === undefined ? byOrganization : { column };
  return { owner, isExported: true, hidden: [], shown: [], ...columns };
}

/** Declares rows whose `column` refers to the `key` of a row of `table`: exported and erased. */
export function rowsOf(table: string, column: string, { key = 'id', ...columns }: Columns & { key?: string } = {}) {
  return { owner: { column, table, key }, isExported: true, hidden: [], shown: [], ...columns };
}

/**
 * Declares rows that the service needs for its own work, such as queues and leases: erased, but not exported, because
 * they are useless elsewhere.
 */
export function workRows(table: OrganizationTable = ownRows()): OrganizationTable {
  return { ...table, isExported: false };
}

/** Declares rows that are kept, for a reason that the documentation gives. */
export function keptRows(kept: string, table?: OrganizationTable): OrganizationTable {
  return table === undefined ? { isExported: false, kept, hidden: [], shown: [] } : { ...table, kept };
}

/** The tables that the libs create in every service, or in some. */
export const commonTables: Readonly<Record<string, OrganizationTable>> = {
  idempotency_keys: workRows(),
  entitlements: workRows(),
  usage: ownRows(),
  usage_added: workRows(),
  usage_limits: workRows(),
  usage_thresholds: workRows(),
  outbox: keptRows('it is sent within seconds, and deleted with that'),
  outbox_lease: keptRows('it is of no organization'),
  inbox: keptRows('it is of no organization'),
  kysely_migration: keptRows('it is of no organization'),
  kysely_migration_lock: keptRows('it is of no organization'),
};
