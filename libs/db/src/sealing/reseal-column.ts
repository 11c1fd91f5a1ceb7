import { type Kysely, sql } from 'kysely';
import type { Sealer } from '../sealer.ts';

/** A column whose values are boxes of the service's sealer: secrets, or the wrapped keys of envelopes. */
export type SealedColumn = {
  table: string;
  /** Columns that identify a row, in the order of an index. */
  row: readonly string[];
  column: string;
  /** Further columns that `context` needs. Default: none. */
  needs?: readonly string[];
  /** Returns the context with which the box was sealed, from the columns in `row` and `needs`. */
  context(row: Readonly<Record<string, unknown>>): string;
};

/** The result of resealing one column. */
export type Resealed = {
  table: string;
  column: string;
  resealed: number;
  /** Number of boxes that do not open, by key id. Either the key is missing, or the box belongs to another row. */
  unreadable: ReadonlyMap<string, number>;
};

/** Bytes of the version and the key id at the start of a box; see `createSealer`. */
const headBytes = 5;
const sliceRows = 500;

/**
 * Seals every box of a column with the first of ENCRYPTION_KEYS, slice by slice, while the service runs. A box that is
 * replaced in the meantime is left alone, and a second run changes nothing more. Null and empty values are not boxes. A
 * box that does not open is counted and left unchanged.
 */
export async function resealColumn<DB>(db: Kysely<DB>, sealer: Sealer, sealed: SealedColumn): Promise<Resealed> {
  const { table, column, row: ids, needs = [] } = sealed;
  const head = sealer.seal(Buffer.of(), '').subarray(0, headBytes);
  const refs = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));
  const unreadable = new Map<string, number>();
  let resealed = 0;
  let after: readonly unknown[] | undefined;
  for (let found = sliceRows; found === sliceRows; ) {
    const isLater = after === undefined ? sql`true` : sql`(${refs(ids)}) > (${sql.join([...after])})`;
    const { rows } = await sql<Record<string, unknown> & { box: Buffer }>`
      select ${refs([...ids, ...needs])}, ${sql.ref(column)} as box from ${sql.table(table)}
      where octet_length(${sql.ref(column)}) > 0 and substring(${sql.ref(column)} from 1 for ${headBytes}) <> ${head} and ${isLater}
      order by ${refs(ids)} limit ${sliceRows}`.execute(db);
    for (const { box, ...row } of rows) {
      const anew = resealBox(sealer, box, sealed.context(row));
      if (anew === undefined) {
        const key = box.toString('hex', 1, headBytes);
        unreadable.set(key, (unreadable.get(key) ?? 0) + 1);
        continue;
      }
      const isRow = sql.join(
        ids.map((name) => sql`${sql.ref(name)} = ${row[name]}`),
        sql` and `,
      );
      const { numAffectedRows = 0n } = await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = ${anew}
        where ${isRow} and ${sql.ref(column)} = ${box}`.execute(db);
      resealed += Number(numAffectedRows);
    }
    const last = rows.at(-1);
    after = last && ids.map((name) => last[name]);
    found = rows.length;
  }
  return { table, column, resealed, unreadable };
}

function resealBox(sealer: Sealer, box: Buffer, context: string): Buffer | undefined {
  let secret: Buffer;
  try {
    secret = sealer.open(box, context);
  } catch {
    return undefined;
  }
  return sealer.seal(secret, context);
}
