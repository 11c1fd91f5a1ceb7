import { randomUUID } from 'node:crypto';
import {
  contactKeyOf,
  type Definition,
  type EntryVerdict,
  judgeEntries,
  keyHash,
  type PastEntries,
  renderEntryKey,
  turnUnits,
} from '@drippulse/engine';
import { createYielder } from '@drippulse/loops';
import { sql, type Transaction } from 'kysely';
import { contactKeysOf, lockContacts, lockEntries } from '../../contacts/lock-contacts.ts';
import type { Context } from '../../context.ts';
import type { DB } from '../../db/schema.ts';
import { readContact } from '../../enrollments/contact.ts';
import type { Entrants } from '../entrants.ts';
import { pastEntries } from './past-entries.ts';

/**
 * Work units for reading a contact, in addition to the units for rendering its key. One turn of the event loop reads a
 * hundred contacts.
 */
const contactUnits = turnUnits / 100;

/** The verdict on a contact, and the key of its entry if a template rendered the key. */
export type Passing = EntryVerdict & { entryHash: bigint | null };

/** A decision for each contact, in order; undefined when all contacts may enter. `at` is the time of the decisions. */
export type Passed = { passings: readonly Passing[] | undefined; at: Date | undefined };

/**
 * Decides which contacts may enter, by the rules of the version that they enter. The contacts' keys are locked until
 * the transaction ends, so that two simultaneous calls decide one after the other, and later events see the entry. A
 * version without rules costs nothing.
 */
export async function passGate(ctx: Context, trx: Transaction<DB>, all: readonly Entrants[]): Promise<Passed[]> {
  const arrivals: Arrivals[] = [];
  for (const entrants of all) {
    const { workflowId, version } = entrants.lane;
    const definition = await ctx.definitions.get(workflowId, version, trx);
    arrivals.push({
      entrants,
      definition,
      people: needsGate(definition) ? await peopleOf(ctx, entrants, definition) : [],
    });
  }
  if (arrivals.every(({ people }) => people.length === 0)) return all.map(({ at }) => ({ passings: undefined, at }));
  const people = arrivals.flatMap((one) => one.people);
  await lockContacts(
    trx,
    people.flatMap(({ contactLocks }) => contactLocks),
  );
  await lockEntries(
    trx,
    people.flatMap(({ entryLock }) => entryLock ?? []),
  );
  const now = await timeNow(ctx, trx);
  const passed: Passed[] = [];
  for (const each of arrivals) passed.push(await decide(trx, each, now));
  return passed;
}

type Person = {
  contactKey: string;
  key: bigint | undefined;
  entryHash: bigint | null;
  contactLocks: string[];
  /** The lock of a key that a template rendered. */
  entryLock: string | undefined;
};

type Arrivals = { entrants: Entrants; definition: Definition; people: Person[] };

/**
 * Whether entries into a version must pass the gate. A version that has only goals needs the gate just for its locks.
 */
function needsGate({ reEntry, settings, goals }: Definition): boolean {
  return reEntry !== undefined || settings.holdout !== undefined || goals.length > 0;
}

async function peopleOf(ctx: Context, entrants: Entrants, definition: Definition): Promise<Person[]> {
  const now = ctx.clock.now().getTime();
  const people: Person[] = [];
  const yieldAfter = createYielder(turnUnits);
  for (const contact of entrants.contacts) {
    const { person, work } = personOf(contact, entrants, definition, now);
    people.push(person);
    await yieldAfter(work);
  }
  return people;
}

function personOf(
  contact: string,
  { lane, mode: asked, timezone }: Entrants,
  { reEntry }: Definition,
  now: number,
): { person: Person; work: number } {
  const { organizationId, workflowId } = lane;
  const mode = lane.mode === 'test' ? 'test' : asked;
  const { fields, email, leadRef } = readContact(contact);
  // A contact with neither an address nor a reference counts as a new contact each time.
  const contactKey = contactKeyOf({ lead_ref: leadRef, email }, '');
  const ownKey = contactKey === '' ? undefined : keyHash(contactKey);
  const contactLocks = contactKeysOf({ organizationId, mode, email, leadRef });
  const own = { contactKey, contactLocks };
  if (reEntry?.key === undefined) {
    return { person: { ...own, key: ownKey, entryHash: null, entryLock: undefined }, work: contactUnits };
  }
  const { key: rendered, work } = renderEntryKey(reEntry.key, { data: fields, now, timezone, contactKey });
  const key = rendered === undefined ? ownKey : keyHash(`key:${rendered}`);
  const entryLock = key === undefined ? undefined : `${organizationId}:${mode}:${workflowId}:${key}`;
  return { person: { ...own, key, entryHash: key ?? null, entryLock }, work: contactUnits + work };
}

async function decide(trx: Transaction<DB>, { entrants, definition, people }: Arrivals, now: Date): Promise<Passed> {
  const { lane, mode: asked, timezone, at = now } = entrants;
  if (people.length === 0) return { passings: undefined, at: entrants.at };
  const mode = lane.mode === 'test' ? 'test' : asked;
  const { reEntry: rule, settings } = definition;
  const keys = [...new Set(people.flatMap(({ key }) => key ?? []))];
  const past: ReadonlyMap<bigint, PastEntries> =
    rule === undefined ? new Map() : await pastEntries(trx, { workflowId: lane.workflowId, mode, rule }, keys);
  const rules = { workflowId: definition.workflowId, reEntry: rule, holdoutPercent: settings.holdout?.percent ?? 0 };
  // A draw for the holdout needs a key, so each contact with neither an address nor a reference gets a random key.
  const drawn = people.map(({ key, contactKey }) => ({ key, contactKey: contactKey || randomUUID() }));
  const verdicts = judgeEntries(rules, drawn, { past, now: at.getTime(), timezone });
  const passings = verdicts.map((verdict, index) => ({ ...verdict, entryHash: people[index]?.entryHash ?? null }));
  return { passings, at };
}

/**
 * Returns the time of the statement. `dbNow` is the start of the transaction, which is too early because the
 * transaction may have waited for the locks.
 */
async function timeNow(ctx: Pick<Context, 'dbNow'>, trx: Transaction<DB>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`
    select date_trunc('milliseconds', ${ctx.dbNow} + (clock_timestamp() - now())) as now`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}
