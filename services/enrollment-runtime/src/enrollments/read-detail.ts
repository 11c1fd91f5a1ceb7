import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.ts';
import { type LaneKey, laneQuery } from '../lanes/lock-lane.ts';
import { type DeliveryRow, deliveryColumns } from './delivery.ts';
import { askedIds, type JoinedRow, type LocatedRow, rowsQuery, toRow } from './find-rows.ts';
import { type NurtureRow, nurtureColumns } from './nurture-event.ts';
import { linesOf, type TimelineLine, type TimelineRow, timelineColumns } from './timeline-lines.ts';

/** Maximum numbers of lines and messages in a detail, which shows the newest of them. */
const shownLines = 1_000;
const shownDeliveries = 1_000;
const shownReactions = 1_000;

/** An enrollment and the members of its detail, oldest first. */
export type Detail = {
  row: LocatedRow;
  now: Date;
  contact: string;
  data: string;
  lines: TimelineLine[];
  deliveries: DeliveryRow[];
  reactions: NurtureRow[];
};

/**
 * The first row also has the values of the enrollment. Row n of the result has timeline row n, message n and reaction
 * n.
 */
type Row = { place: bigint | null; contact: string | null; data: string | null } & (JoinedRow | { id: null });

/**
 * Reads one enrollment with its detail. Returns undefined when the runtime has no such workflow. The detail is read in
 * one statement, for the reasons given at `readList`.
 */
export async function readDetail(
  ctx: Context,
  key: LaneKey,
  id: bigint,
): Promise<Detail | 'no enrollment' | undefined> {
  const asked = askedIds(key.workflowId, sql`array[${id}]::bigint[]`);
  const { rows } = await sql<Row>`
    with enrollment as materialized (${rowsQuery(ctx, key.organizationId, asked)})
    select enrollment.*, part.*,
      case when coalesce(part.place, 1) = 1 then (
        select contact from enrollments where workflow_id = ${key.workflowId} and id = ${id}
      ) end as contact,
      case when coalesce(part.place, 1) = 1 then (select data from run_data where enrollment_id = ${id}) end as data
    from ${laneQuery(ctx.db.kysely, key)} as lane
    left join enrollment on true
    left join lateral (
      select * from (${timelineQuery(id, sql`enrollment.lines`)}) as line
      full join (${deliveriesQuery(id)}) as message using (place)
      full join (${reactionsQuery(id)}) as reaction using (place)
    ) as part on enrollment.id is not null
    order by part.place`.execute(ctx.db.kysely);
  const [first] = rows;
  if (first === undefined) return undefined;
  if (first.id === null || first.contact === null) return 'no enrollment';
  const { contact, data } = first;
  return {
    row: toRow(first),
    now: first.now,
    contact,
    data: data ?? contact,
    lines: partsOf<TimelineRow>(rows, 'timeline', timelineColumns).flatMap(linesOf).slice(-shownLines),
    deliveries: partsOf<DeliveryRow>(rows, 'deliveries', deliveryColumns).reverse(),
    reactions: partsOf<NurtureRow>(rows, 'hits', nurtureColumns).reverse(),
  };
}

/** Selects the rows of the timeline, starting at the row with the first shown line. */
function timelineQuery(id: bigint, lines: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select row_number() over (order by sequence) as place, ${columnsOf('timeline', timelineColumns)}
    from timeline
    where enrollment_id = ${id} and sequence >= coalesce((
      select sequence from timeline
      where enrollment_id = ${id} and sequence <= ${lines} - ${sql.lit(shownLines - 1)} order by sequence desc limit 1
    ), 1)`;
}

/** Selects the messages of an enrollment, newest first. */
function deliveriesQuery(id: bigint): RawBuilder<unknown> {
  return sql`
    select row_number() over (order by id desc) as place, ${columnsOf('deliveries', deliveryColumns)}
    from deliveries where enrollment_id = ${id} order by id desc limit ${sql.lit(shownDeliveries)}`;
}

/** Selects the reactions to an enrollment's messages, newest first, without hits that are not judged yet. */
function reactionsQuery(id: bigint): RawBuilder<unknown> {
  return sql`
    select row_number() over (order by at desc, id desc) as place, ${columnsOf('hits', nurtureColumns)}
    from hits where enrollment_id = ${id} and (verdict is not null or kind not in ('open', 'click'))
    order by at desc, id desc limit ${sql.lit(shownReactions)}`;
}

/** Lists the columns of a table, with the table in their names. */
function columnsOf(table: string, names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map((name) => sql`${sql.ref(`${table}.${name}`)} as ${sql.id(`${table}_${name}`)}`));
}

/** Picks the rows of one table. The table's first column is null only in joined rows that have no row of the table. */
function partsOf<R>(rows: readonly Record<string, unknown>[], table: string, names: readonly string[]): R[] {
  return rows
    .filter((row) => row[`${table}_${names[0]}`] !== null)
    .map((row) => Object.fromEntries(names.map((name) => [name, row[`${table}_${name}`]])) as R);
}
