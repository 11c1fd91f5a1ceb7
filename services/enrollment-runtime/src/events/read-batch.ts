import { timestampDate } from '@bufbuild/protobuf/wkt';
import { DomainError } from '@drippulse/errors';
import {
  isRawNumber,
  type JsonRow,
  type JsonValue,
  jsonKind,
  jsonRows,
  parseTimestamp,
  stringifyJson,
} from '@drippulse/json';
import { createYielder } from '@drippulse/loops';
import { parseObject } from '../enrollments/contact.ts';
import { type CheckedEvent, checkEvent, type SentEvent } from './check-event.ts';

const maxBatch = 1_000;
/** Characters that are read in one turn of the event loop. */
const turnLength = 256 * 1024;

export type Rejected = { index: number; code: string; message: string };
export type Batch = { events: { index: number; event: CheckedEvent }[]; rejected: Rejected[] };

/** Reads the `events` of a request, each event by itself. Refuses a request with no events, or with too many. */
export async function readBatch(events: Uint8Array | undefined, now: Date): Promise<Batch> {
  if (events === undefined || jsonKind(events) !== 'array') throw wrong('invalid', 'must be an array of events');
  const batch: Batch = { events: [], rejected: [] };
  const yieldAfter = createYielder(turnLength);
  let count = 0;
  for (const row of jsonRows(events)) {
    count += 1;
    if (count > maxBatch) throw tooMany();
    const read = readRow(row, now);
    if ('event' in read) batch.events.push({ index: row.index, event: read.event });
    else batch.rejected.push({ index: row.index, ...read.rejected });
    await yieldAfter(row.text.length);
  }
  if (count === 0) throw wrong('invalid', 'has no event');
  return batch;
}

function readRow(row: JsonRow, now: Date): { event: CheckedEvent } | { rejected: Omit<Rejected, 'index'> } {
  if (row.kind !== 'object') return rejected('type', `must be an object, and is of type ${row.kind}`);
  if (row.problem !== undefined) return rejected('invalid', row.problem);
  const sent = readMembers(row.text);
  if ('wrong' in sent) return rejected('type', sent.wrong);
  const checked = checkEvent(sent, now);
  if ('event' in checked) return checked;
  const { reason, violation } = checked.refused;
  return rejected(reason ?? violation.code ?? 'invalid', `${violation.field} ${violation.message}`);
}

function readMembers(text: string): SentEvent | { wrong: string } {
  const row = parseObject(text);
  const { name = '', contact = null, properties, idempotency_key: key = null, occurred_at: occurred = null } = row;
  if (typeof name !== 'string') return { wrong: 'name must be a string' };
  if (key !== null && typeof key !== 'string') return { wrong: 'idempotency_key must be a string' };
  const occurredAt = readTime(occurred);
  if (occurredAt === 'wrong') return { wrong: 'occurred_at must be a time such as 2026-03-01T12:00:00Z' };
  return {
    name,
    contact: stringifyJson(contact),
    properties: properties === undefined ? undefined : stringifyJson(properties),
    key: key ?? undefined,
    occurredAt,
  };
}

function readTime(value: JsonValue): Date | undefined | 'wrong' {
  if (value === null) return undefined;
  if (typeof value !== 'string' || isRawNumber(value)) return 'wrong';
  const time = parseTimestamp(value);
  return time === undefined ? 'wrong' : timestampDate(time);
}

function rejected(code: string, message: string): { rejected: Omit<Rejected, 'index'> } {
  return { rejected: { code, message } };
}

function wrong(kind: 'invalid', message: string): DomainError {
  const violations = [{ field: 'events', message, code: 'required' as const }];
  return new DomainError(kind, 'validation_failed', `events ${message}`, { violations });
}

function tooMany(): DomainError {
  const message = `One call takes at most ${maxBatch.toLocaleString('en')} events; split it.`;
  return new DomainError('too_large', 'too_many_events', message, {
    violations: [{ field: 'events', message, code: 'length' }],
  });
}
