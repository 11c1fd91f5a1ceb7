/** How the rows of an organization are found in a table. */
export type RowsOwner = {
  /** The column that has the id of the organization, or with `table` that of a row of this other table. */
  column: string;
  /** The table whose rows own these. */
  table?: string;
  /** Its column that `column` names. */
  key?: string;
};

/** What becomes of the rows of a table when an organization takes its rows along, and when it is deleted. */
export type OrganizationTable = {
  /** Undefined where the table has no rows of organizations. */
  owner?: RowsOwner;
  /** Whether an export has them. */
  isExported: boolean;
  /**
   * A function `(organization bigint, most integer)` that erases them and returns how many, where the table refuses a
   * plain statement.
   */
  eraseBy?: string;
  /** Why they stay after a deletion. Default: they are erased. */
  kept?: string;
  /** Columns that no export has, besides those of type bytea: they are sealed, or hashes. */
  hidden: readonly string[];
  /** Columns of type bytea that an export has all the same, in hexadecimal digits. */
  shown: readonly string[];
};

/** Every table of a schema, so that a new one is declared or does not compile. */
export type OrganizationTables<DB> = { readonly [T in keyof DB & string]: OrganizationTable };

type Columns = { hidden?: readonly string[]; shown?: readonly string[]; eraseBy?: string };

const byOrganization: RowsOwner = { column: 'organization_id' };

/** Rows with `organization_id`, or another column that has its id: exported and erased. */
export function ownRows({ column, ...columns }: Columns & { column?: string } = {}): OrganizationTable {
  const owner = column === undefined ? byOrganization : { column };
  return { owner, isExported: true, hidden: [], shown: [], ...columns };
}

/** Rows whose `column` has the `key` of a row of `table`: exported and erased. */
export function rowsOf(table: string, column: string, { key = 'id', ...columns }: Columns & { key?: string } = {}) {
  return { owner: { column, table, key }, isExported: true, hidden: [], shown: [], ...columns };
}

/** Rows by which the service does its work, such as queues and leases: erased, and of no use elsewhere. */
export function workRows(table: OrganizationTable = ownRows()): OrganizationTable {
  return { ...table, isExported: false };
}

/** Rows that stay, for a reason that the documentation gives. */
export function keptRows(kept: string, table?: OrganizationTable): OrganizationTable {
  return table === undefined ? { isExported: false, kept, hidden: [], shown: [] } : { ...table, kept };
}

/** The tables that the libs give to every service, or to some. */
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
