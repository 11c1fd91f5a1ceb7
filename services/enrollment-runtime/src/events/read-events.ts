import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { createdConditions, encodeCursor, type Page, pageTotals, type RowCount, readPage } from '@drippulse/db';
import { convertInTurns } from '@drippulse/loops';
import {
  type ContactEventSchema,
  EventSource,
  type ListEventsRequest,
} from '@drippulse/proto/drippulse/journeys/v1/events_pb';
import { type Mode, modeToProto } from '@drippulse/rpc';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { contactKeysOf } from '../contacts/lock-contacts.ts';
import type { DB } from '../db/schema.ts';
import { type Answers, type Reason, readAnswers } from './answers.ts';
import { digestOf, type EventSource as Source } from './event.ts';
import { type StoredEvent, storedEvent } from './store-events.ts';

const countCap = 10_000n;

type Scope = { organizationId: bigint; mode: Mode };

/** Reads a page of the log, newest first. */
export async function readEvents(db: Kysely<DB>, scope: Scope, request: ListEventsRequest, signal: AbortSignal) {
  const page = readPage(request, ['time', 'text']);
  const matching = matchingQuery(scope, request);
  const count = await countEvents(db, matching);
  const { rows: found } = await pageQuery(scope, matching, page).execute(db);
  const rows = found.slice(0, page.limit);
  const last = rows.at(-1);
  return {
    events: await convertInTurns(rows, await readTheirAnswers(db, rows), signal),
    ...count,
    nextCursor: found.length > page.limit && last ? encodeCursor([last.accepted_at, last.id]) : undefined,
    ...pageTotals(page, count.totalCount),
  };
}

/** Finds an event of the organization, in either mode. */
export async function findEvent(db: Kysely<DB>, organizationId: bigint, id: string) {
  const { rows } = await sql<StoredEvent>`
    select ${storedEvent} from events as event where organization_id = ${organizationId} and id = ${id} limit 1`.execute(
    db,
  );
  const [event] = rows;
  return event && (await readTheirAnswers(db, rows))(event);
}

/**
 * Selects the time and id of each event that matches. The events of a person are found through the rows of the person's
 * contact keys, which have every column that the filters use.
 */
export function matchingQuery({ organizationId, mode }: Scope, request: ListEventsRequest): RawBuilder<unknown> {
  const { name, email, leadRef, since, until, ids } = request;
  const filters = [
    ...createdConditions(request, 'accepted_at'),
    ...createdConditions({ createdSince: since, createdUntil: until }, 'accepted_at'),
  ];
  const people = [
    ...(email === undefined ? [] : [{ organizationId, mode, email, leadRef: null }]),
    ...(leadRef === undefined ? [] : [{ organizationId, mode, email: null, leadRef }]),
  ].map((person) => {
    const conditions = [
      sql<boolean>`organization_id = ${organizationId} and contact_key = any(${contactKeysOf(person).map(digestOf)}::uuid[])`,
      ...(name === undefined ? [] : [sql<boolean>`event_name = ${name}`]),
      ...(ids.length === 0 ? [] : [sql<boolean>`event_id = any(${ids}::text[])`]),
      ...filters,
    ];
    return sql`select accepted_at, event_id as id from event_contacts where ${sql.join(conditions, sql` and `)}`;
  });
  if (people.length > 0) return sql.join(people, sql` intersect `);
  const conditions = [
    sql<boolean>`organization_id = ${organizationId} and mode = ${mode}`,
    ...(name === undefined ? [] : [sql<boolean>`name = ${name}`]),
    ...(ids.length === 0 ? [] : [sql<boolean>`id = any(${ids}::text[])`]),
    ...filters,
  ];
  return sql`select accepted_at, id from events where ${sql.join(conditions, sql` and `)}`;
}

export function pageQuery(
  { organizationId, mode }: Scope,
  matching: RawBuilder<unknown>,
  { after, offset, limit }: Page,
): RawBuilder<StoredEvent> {
  const behind =
    after === undefined ? sql`` : sql`where (accepted_at, id) < (${after[0]}::timestamptz, ${after[1]}::text)`;
  return sql<StoredEvent>`
    select ${storedEvent}
    from (
      select * from (${matching}) as matching ${behind}
      order by accepted_at desc, id desc offset ${offset} limit ${limit + 1}
    ) as page
    cross join lateral (
      select * from events
      where organization_id = ${organizationId} and mode = ${mode} and accepted_at = page.accepted_at and id = page.id
      limit 1
    ) as event
    order by event.accepted_at desc, event.id desc`;
}

/** Counts matching events, exactly up to 10,000, as in every list. */
async function countEvents(db: Kysely<DB>, matching: RawBuilder<unknown>): Promise<RowCount> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (select from (${matching}) as matching limit ${countCap + 1n}) as counted`.execute(
    db,
  );
  const count = rows[0]?.count ?? 0n;
  return count > countCap ? { totalCount: countCap, totalCountIsMinimum: true } : { totalCount: count };
}

async function readTheirAnswers(
  db: Kysely<DB>,
  rows: readonly StoredEvent[],
): Promise<(row: StoredEvent) => MessageInitShape<typeof ContactEventSchema>> {
  const keys = {
    organizations: rows.map((row) => row.organization_id),
    ids: rows.map((row) => row.id),
    times: rows.map((row) => row.accepted_at),
  };
  // This query runs before the query of the consequences, so that the consequences of an event that has finished
  // spreading by now are complete.
  const { rows: spreading } = await sql<{ event_id: string }>`
    select spreading.event_id
    from unnest(${keys.organizations}::bigint[], ${keys.ids}::text[]) as asked (organization_id, event_id)
    join spreading_events as spreading using (organization_id, event_id)`.execute(db);
  const { rows: parts } = await sql<{ event_id: string; answers: string }>`
    select answer.event_id, answer.answers
    from unnest(${keys.organizations}::bigint[], ${keys.ids}::text[], ${keys.times}::timestamptz[])
      as asked (organization_id, event_id, accepted_at)
    cross join lateral (
      select event_id, part, answers from event_answers
      where organization_id = asked.organization_id and event_id = asked.event_id and accepted_at = asked.accepted_at
    ) as answer
    order by answer.event_id, answer.part`.execute(db);
  const answers = Map.groupBy(parts, (part) => part.event_id);
  const isSpreading = new Set(spreading.map((row) => row.event_id));
  return (row) =>
    toProto(
      row,
      (answers.get(row.id) ?? []).map((part) => readAnswers(part.answers)),
      isSpreading.has(row.id),
    );
}

const sources: Readonly<Record<Source, EventSource>> = {
  api: EventSource.API,
  crm: EventSource.CRM,
  mail: EventSource.MAIL,
};

const shownNotStarted = 1_000;

function toProto(row: StoredEvent, parts: readonly Answers[], isSpreading: boolean) {
  return {
    id: row.id,
    name: row.name,
    source: sources[row.source],
    contact: Buffer.from(row.contact),
    properties: Buffer.from(row.properties),
    occurredAt: timestampFromDate(row.occurred_at),
    createdAt: timestampFromDate(row.accepted_at),
    mode: modeToProto(row.mode),
    started: parts.flatMap(({ started }) =>
      started.map(([workflowId, enrollmentId]) => ({
        workflowId: BigInt(workflowId),
        enrollmentId: BigInt(enrollmentId),
      })),
    ),
    resumed: parts.flatMap(({ resumed }) =>
      resumed.map(([workflowId, enrollmentId, stepId]) => ({
        workflowId: BigInt(workflowId),
        enrollmentId: BigInt(enrollmentId),
        stepId,
      })),
    ),
    notStarted: parts
      .flatMap(({ notStarted }) => Object.entries(notStarted).flatMap(notStartedOf))
      .slice(0, shownNotStarted),
    held: parts.flatMap(({ held }) =>
      held.map(([workflowId, heldEntryId, until]) => ({
        workflowId: BigInt(workflowId),
        heldEntryId: BigInt(heldEntryId),
        until: timestampFromDate(new Date(until)),
      })),
    ),
    isSpreading,
  };
}

const reasons: Readonly<Record<Reason, { reason: string; detail: string }>> = {
  filter: { reason: 'filter', detail: 'The filter of the trigger does not accept the event.' },
  undecided: { reason: 'filter', detail: 'The filter of the trigger needs more work than a filter may do.' },
  paused: { reason: 'paused', detail: 'The workflow is paused.' },
  re_entry: { reason: 're_entry', detail: 'The contact entered before, and may not enter again yet.' },
  holdout: { reason: 'holdout', detail: 'The contact is held out, for comparison.' },
  quota: { reason: 'quota', detail: 'The quota of the organization is used up.' },
  chain: { reason: 'chain', detail: 'The chain that the event belongs to has used up its budget.' },
};

function notStartedOf([reason, workflowIds]: [string, number[]]) {
  const shown = reasons[reason as Reason]; // the schema allows no other reason in stored answers
  return workflowIds.map((workflowId) => ({ workflowId: BigInt(workflowId), ...shown }));
}
