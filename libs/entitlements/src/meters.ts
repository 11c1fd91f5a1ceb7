import { Meter } from '@drippulse/proto/drippulse/entitlements/v1/entitlements_pb';
import type { MeterName } from '@drippulse/topology';
import { type RawBuilder, sql } from 'kysely';

const byName: Readonly<Record<MeterName, Meter>> = {
  enrollments: Meter.ENROLLMENTS,
  emails: Meter.EMAILS,
  events: Meter.EVENTS,
  llm_cost_usd: Meter.LLM_COST_USD,
  agents: Meter.AGENTS,
  seats: Meter.SEATS,
  contacts: Meter.CONTACTS,
};
const monthly: ReadonlySet<MeterName> = new Set(['enrollments', 'emails', 'events', 'llm_cost_usd']);

export function meterToProto(name: MeterName): Meter {
  return byName[name];
}

/**
 * Returns the name of a meter; undefined for a meter that this build does not know, although the service that counts it
 * does.
 */
export function meterFromProto(meter: Meter): MeterName | undefined {
  return names.find((name) => byName[name] === meter);
}

const names = Object.keys(byName) as MeterName[]; // Object.keys() loses the type of the keys

/** Whether a meter starts at zero each month. All other meters count resources that exist now. */
export function isMonthly(meter: MeterName): boolean {
  return monthly.has(meter);
}

/** Returns the start of the calendar month in UTC, as SQL. */
export function monthOf(at: RawBuilder<Date>): RawBuilder<Date> {
  return sql<Date>`date_trunc('month', ${at}, 'UTC')`;
}

/** Returns the end of the calendar month in UTC, as SQL. */
export function monthAfter(at: RawBuilder<Date>): RawBuilder<Date> {
  return sql<Date>`((date_trunc('month', ${at} at time zone 'UTC') + interval '1 month') at time zone 'UTC')`;
}

/** Returns the period of a meter to which a use belongs, as SQL. A meter that is not monthly has one period. */
export function periodOf(meter: MeterName, at: RawBuilder<Date>): RawBuilder<Date> {
  return isMonthly(meter) ? monthOf(at) : sql<Date>`'-infinity'::timestamptz`;
}
