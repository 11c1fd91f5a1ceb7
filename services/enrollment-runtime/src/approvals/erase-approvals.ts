import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { appendEvents, topicOf } from '@drippulse/events';
import { EnrollmentEventSchema } from '@drippulse/proto/drippulse/enrollments/v1/events_pb';
import { sql, type Transaction } from 'kysely';
import type { Context } from '../context.ts';
import type { DB } from '../db/schema.ts';
import { blank, erasedMessage } from './blank-approvals.ts';
import { endApprovals } from './end-approvals.ts';

const topic = topicOf(EnrollmentEventSchema);

type Person = { organizationId: bigint; refs: readonly string[]; emails: readonly string[] };

/**
 * Removes the personal data of approvals that belong to no enrollment. An approval is found if its message, preview,
 * edited arguments or comment contains an address or a reference of the person. Pending approvals are cancelled,
 * because nobody can decide on an empty preview. Returns how many approvals were found, at most `limit`. An emptied
 * approval is not found again.
 */
export async function eraseApprovals(
  ctx: Pick<Context, 'dbNow'>,
  trx: Transaction<DB>,
  person: Person,
  o: { now: Date; limit: number },
): Promise<number> {
  const pattern = patternOf(person);
  if (pattern === undefined) return 0;
  const { organizationId } = person;
  const { rows } = await sql<{ id: bigint }>`
    select id from approvals
    where organization_id = ${organizationId} and enrollment_id is null and message <> ${erasedMessage}
      and concat_ws(e'\n', message, preview, edited_arguments, comment) ~* ${pattern}
    order by id limit ${o.limit} for update`.execute(trx);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await blank(trx, organizationId, sql`id = any(${ids}::bigint[])`);
  await endApprovals(ctx, trx, sql<boolean>`id = any(${ids}::bigint[])`, 'cancelled');
  await reportErased(trx, organizationId, ids, o.now);
  return ids.length;
}

/** Publishes the erasure to the services that keep copies of the approvals. */
async function reportErased(
  trx: Transaction<DB>,
  organizationId: bigint,
  ids: readonly bigint[],
  now: Date,
): Promise<void> {
  const { rows } = await sql<{ id: bigint; version: bigint }>`
    update approvals set version = version + 1 where id = any(${ids}::bigint[]) returning id, version`.execute(trx);
  const erasedAt = timestampFromDate(now);
  await appendEvents(
    trx,
    topic,
    rows.map(({ id, version }) => ({
      organizationId,
      aggregate: `approval:${id}`,
      sequence: version,
      payload: { case: 'approvalErased' as const, value: { id, erasedAt } },
    })),
  );
}

/**
 * Returns a PostgreSQL regular expression that matches each address and reference of a person as a whole, so
 * `ada@example.com` does not match in `nada@example.com`. Also matches the form that quotes and backslashes have in
 * JSON texts.
 */
function patternOf({ refs, emails }: Person): string | undefined {
  const names = [...refs, ...emails].filter((name) => name.trim() !== '');
  if (names.length === 0) return undefined;
  const texts = new Set(names.flatMap((name) => [name, JSON.stringify(name).slice(1, -1)]));
  const escaped = [...texts].map((text) => text.replaceAll(/[.\\+*?^$()[\]{}|/-]/g, '\\$&'));
  return `(^|[^a-z0-9._%+-])(${escaped.join('|')})($|[^a-z0-9._-]|[.]($|[^a-z0-9]))`;
}
