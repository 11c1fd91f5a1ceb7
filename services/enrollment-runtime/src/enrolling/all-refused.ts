import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import type { Context } from '../context.ts';
import type { Mode } from '../enrollments/enrollment-row.ts';
import type { Lane } from '../lanes/lane.ts';
import { refusedOf } from './admit.ts';
import type { EntryAnswer } from './entrants.ts';
import { storeRefused } from './gate/refused-entries.ts';

/** Maximum number of refused rows in a response. */
export const shownRefused = 100;

/** Returns the refused rows, with their positions in the request. */
export function refusedRows(entries: readonly EntryAnswer[], indexes: readonly number[]) {
  return entries.flatMap((entry, place) => {
    if (entry.decision !== 'refused') return [];
    const { reason, allowedAt } = entry;
    return [{ index: indexes[place] ?? place, reason, ...(allowedAt && { allowedAt: timestampFromDate(allowedAt) }) }];
  });
}

/** The refusal of a call whose contacts were all kept out. The call's transaction is rolled back. */
export class AllRefused extends DomainError {
  readonly note: (ctx: Context) => Promise<void>;

  constructor(
    lane: Lane,
    mode: Mode,
    contacts: readonly string[],
    entries: readonly EntryAnswer[],
    refused: readonly { index: number; reason: string }[],
  ) {
    const violations = refused.slice(0, shownRefused).map(({ index, reason }) => ({
      field: `contacts.${index}`,
      message: `is refused: ${reason}`,
      code: 'not_allowed' as const,
    }));
    const message = 'The rules of the workflow refuse every contact.';
    super('invalid', 'no_enrollments_created', message, { violations });
    this.note = (ctx) =>
      ctx.db.kysely
        .transaction()
        .execute((trx) =>
          storeRefused(ctx, trx, { lane, mode: lane.mode === 'test' ? 'test' : mode }, refusedOf(contacts, entries)),
        );
  }
}

/** Runs a transaction that enrolls. When every contact is refused, a separate transaction records the refusals. */
export async function notingRefused<T>(ctx: Context, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AllRefused) await error.note(ctx);
    throw error;
  }
}
