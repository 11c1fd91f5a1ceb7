import type { Context } from '../context.ts';
import type { SourceRow } from './answer.ts';
import { type Enrollment, findEnrollments } from './find-enrollments.ts';
import type { Person } from './person.ts';
import { sources } from './sources/index.ts';
import type { Place } from './window.ts';

/** A row with its place in the list. */
export type Placed = { row: SourceRow; place: Place };

/** Maximum number of enrollments in one read. */
const sliceEnrollments = 1_000;

/**
 * Reads a page of decisions about a person, newest first, and one decision of the next page if there is one. All
 * sources are read in one snapshot, and each source returns as many rows as the page may show. The cost of a page does
 * not depend on the length of the list: it is a lookup of each of the person's enrollments, and the timelines of the
 * enrollments that may have decisions on the page.
 */
export async function readAnswers(
  ctx: Pick<Context, 'db' | 'dbNow'>,
  person: Person,
  { after, limit }: { after: Place | undefined; limit: number },
): Promise<Placed[]> {
  return ctx.db.kysely
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const window = { after, limit: limit + 1, now: ctx.dbNow };
      const slices = slicesOf(await findEnrollments(trx, person, { ...window, source: 0 }));
      let answers: Placed[] = [];
      for (const [source, read] of sources.entries()) {
        const asked = { ...window, source };
        const reads =
          'ofPerson' in read
            ? [() => read.ofPerson(trx, person, asked)]
            : slices.map((slice) => () => read.ofEnrollments(trx, slice, asked));
        for (const next of reads) {
          const placed = (await next()).map((row) => ({ row, place: placeOf(row, source) }));
          answers = [...answers, ...placed].sort(byPlace).slice(0, window.limit);
        }
      }
      return answers;
    });
}

function slicesOf(enrollments: readonly Enrollment[]): Enrollment[][] {
  const count = Math.ceil(enrollments.length / sliceEnrollments);
  return Array.from({ length: count }, (_, index) =>
    enrollments.slice(index * sliceEnrollments, (index + 1) * sliceEnrollments),
  );
}

function placeOf({ at, major, minor }: SourceRow, source: number): Place {
  return { at: at.toISOString(), source, major: String(major), minor: String(minor) };
}

/** Compares rows: newest first, as in the sources. */
function byPlace(
  { row: a, place: { source: aSource } }: Placed,
  { row: b, place: { source: bSource } }: Placed,
): number {
  return (
    b.at.getTime() - a.at.getTime() ||
    bSource - aSource ||
    Number(b.major - a.major > 0n) - Number(b.major - a.major < 0n) ||
    Number(b.minor - a.minor)
  );
}
