import { DomainError } from '@drippulse/errors';
import { jsonKind, jsonRows } from '@drippulse/json';
import { createYielder } from '@drippulse/loops';

/** The rows of a bulk enrollment: the texts of valid rows, and the first invalid rows with their reasons. */
export type Rows = {
  contacts: string[];
  /** The positions of the contacts in the request, from 0. */
  indexes: number[];
  /** The number of rows. */
  count: number;
  skippedCount: number;
  skipped: { index: number; reason: string }[];
};

/** The refusal of a whole bulk enrollment. */
export type Refusal = { refused: DomainError };

/** Maximum number of contacts in one call. */
export const maxRows = 10_000;
const maxRowBytes = 64 * 1024;
const shownSkipped = 100;
/**
 * `turnLength` is the number of characters of rows that are read in one turn of the event loop. Each row counts for
 * `rowLength` characters more than it has.
 */
const turnLength = 256 * 1024;
const rowLength = 256;

/**
 * Reads the `contacts` of a request, each row once. Returns a refusal instead of throwing it, because the checks of a
 * request run in a fixed order.
 */
export async function readRows(contacts: Uint8Array | undefined, o: { mayBeEmpty: boolean }): Promise<Rows | Refusal> {
  if (contacts === undefined || jsonKind(contacts) !== 'array')
    return refusal('invalid', 'contacts_required', required);
  const rows: Rows = { contacts: [], indexes: [], count: 0, skippedCount: 0, skipped: [] };
  const yieldAfter = createYielder(turnLength);
  let count = 0;
  for (const row of jsonRows(contacts)) {
    count += 1;
    if (count > maxRows) return refusal('too_large', 'too_many_contacts', tooMany);
    const reason = reasonToSkip(row);
    if (reason === undefined) {
      rows.contacts.push(row.text);
      rows.indexes.push(row.index);
    } else {
      rows.skippedCount += 1;
      if (rows.skipped.length < shownSkipped) rows.skipped.push({ index: row.index, reason });
    }
    const turn = yieldAfter(rowLength + row.text.length);
    if (turn !== undefined) await turn;
  }
  rows.count = count;
  return count === 0 && !o.mayBeEmpty ? refusal('invalid', 'contacts_empty', empty) : rows;
}

const required = 'contacts must be an array of contact objects.';
const empty = 'contacts holds no rows.';
const tooMany = `One call enrolls at most ${maxRows.toLocaleString('en')} contacts; split it.`;

function refusal(kind: 'invalid' | 'too_large', reason: string, message: string): Refusal {
  return {
    refused: new DomainError(kind, reason, message, {
      violations: [{ field: 'contacts', message, code: kind === 'too_large' ? 'length' : 'required' }],
    }),
  };
}

function reasonToSkip(row: { text: string; kind: string; problem?: string }): string | undefined {
  if (row.kind !== 'object') return `must be an object, and is of type ${row.kind}`;
  if (Buffer.byteLength(row.text) > maxRowBytes) return 'is larger than 64 KiB';
  return row.problem;
}
