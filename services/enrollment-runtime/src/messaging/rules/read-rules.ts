import { noRules, type SendClass, type SendingRules } from '@drippulse/engine';
import { refuseViolations, type Violation } from '@drippulse/errors';
import {
  AfterMaxHold,
  CapWindow,
  type QuietHours,
  type SendingCap,
  type SendingClasses,
  SendingExemption,
  type SendingSpan,
  type UpdateSendingRulesRequest,
} from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import { spanUnits } from './rules-to-proto.ts';

type Span = NonNullable<SendingRules['minGap']>;
type Problems = (field: string, message: string, code: Violation['code']) => void;

const maxRules = 20;
const maxDays = 90;
const maxLimit = 1_000;
const maxThroughput = 1_000_000;
const maxCategoryLength = 100;
const time = /^([01]\d|2[0-3]):[0-5]\d$/;
const unitDays = { seconds: 1 / 86_400, minutes: 1 / 1_440, hours: 1 / 24, days: 1, weeks: 7 };
const minutesOfWeek = 7 * 1_440;

/** Reads the rules that a request changes. Refuses rules that cannot be followed, and names every problem. */
export function readRules(request: UpdateSendingRulesRequest): Partial<SendingRules> {
  const violations: Violation[] = [];
  const problem: Problems = (field, message, code) => violations.push({ field, message, code });
  const present = new Set(request.updateMask?.paths);
  const span = (field: string, given: SendingSpan | undefined) => (given ? readSpan(field, given, problem) : null);
  const rules: Partial<SendingRules> = {
    ...(present.has('quiet_hours') && { quietHours: readQuietHours(request.quietHours, problem) }),
    ...(present.has('caps') && { caps: readCaps(request.caps, problem) }),
    ...(present.has('min_gap') && { minGap: span('min_gap', request.minGap) }),
    ...(present.has('look_ahead') && { lookAhead: span('look_ahead', request.lookAhead) }),
    ...(present.has('classes') && { exempt: readClasses(request.classes) }),
    ...(present.has('max_hold') && { maxHold: span('max_hold', request.maxHold) }),
    ...(present.has('after_max_hold') && {
      afterMaxHold: request.afterMaxHold === AfterMaxHold.SEND ? ('send' as const) : ('skip' as const),
    }),
    ...(present.has('throughput') && { throughput: readThroughput(request.throughput, problem) }),
  };
  refuseViolations(violations);
  return rules;
}

function readSpan(field: string, { duration, unit }: SendingSpan, problem: Problems): Span {
  const name = unitOf(unit);
  if (name === undefined) problem(`${field}.unit`, 'must be seconds, minutes, hours, days or weeks', 'enum');
  if (duration < 1) problem(`${field}.duration`, 'must be at least 1', 'range');
  const read: Span = { duration, unit: name ?? 'days' };
  if (duration * unitDays[read.unit] > maxDays) problem(field, `must be at most ${maxDays} days`, 'range');
  return read;
}

function unitOf(unit: SendingSpan['unit']): Span['unit'] | undefined {
  return (Object.keys(spanUnits) as Span['unit'][]).find((name) => spanUnits[name] === unit);
}

function readQuietHours(given: readonly QuietHours[], problem: Problems): SendingRules['quietHours'] {
  if (given.length > maxRules) problem('quiet_hours', `must be at most ${maxRules}`, 'length');
  const read = given.map(({ channel, from, to, days }, index) => {
    const field = `quiet_hours.${index}`;
    checkChannel(field, channel, problem);
    if (!time.test(from)) problem(`${field}.from`, 'must be a time such as 21:00', 'format');
    if (!time.test(to) && to !== '24:00') problem(`${field}.to`, 'must be a time such as 08:00', 'format');
    if (from === to) problem(`${field}.to`, 'must differ from `from`', 'not_allowed');
    if (days.some((day) => day < 1 || day > 7))
      problem(`${field}.days`, 'must be from 1 (Monday) to 7 (Sunday)', 'range');
    return { channel: channel ?? null, from, to, days: [...new Set(days)] };
  });
  if (given.length <= maxRules && isAlwaysQuiet(read))
    problem('quiet_hours', 'must leave some time in the week', 'not_allowed');
  return read;
}

/** Whether the quiet windows cover the whole week, so that nothing would ever be sent. */
function isAlwaysQuiet(rules: SendingRules['quietHours']): boolean {
  const quiet = new Uint8Array(minutesOfWeek);
  for (const { from, to, days } of rules) {
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    const length = end > begin ? end - begin : end + 1_440 - begin;
    for (const day of days.length > 0 ? days : [1, 2, 3, 4, 5, 6, 7]) {
      for (let minute = 0; minute < length; minute++) quiet[((day - 1) * 1_440 + begin + minute) % minutesOfWeek] = 1;
    }
  }
  return quiet.every((minute) => minute === 1);
}

function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return Number.isNaN(hours + minutes) ? 0 : hours * 60 + minutes;
}

function readCaps(given: readonly SendingCap[], problem: Problems): SendingRules['caps'] {
  if (given.length > maxRules) problem('caps', `must be at most ${maxRules}`, 'length');
  const seen = new Set<string>();
  return given.map(({ id, channel, category, limit, per, window }, index) => {
    const field = `caps.${index}`;
    checkChannel(field, channel, problem);
    if (!/^[a-z0-9_-]{1,50}$/.test(id)) problem(`${field}.id`, 'must be 1 to 50 of a-z, 0-9, _ and -', 'format');
    if (seen.has(id)) problem(`${field}.id`, 'occurs twice', 'duplicate');
    seen.add(id);
    if (limit < 1 || limit > maxLimit) problem(`${field}.limit`, `must be from 1 to ${maxLimit}`, 'range');
    if ((category?.length ?? 0) > maxCategoryLength) {
      problem(`${field}.category`, `must be at most ${maxCategoryLength} characters long`, 'length');
    }
    if (per === undefined) problem(`${field}.per`, 'is required', 'required');
    const span = per ? readSpan(`${field}.per`, per, problem) : ({ duration: 1, unit: 'days' } as const);
    const isCalendar = window === CapWindow.CALENDAR;
    if (isCalendar && span.unit !== 'days' && span.unit !== 'weeks') {
      problem(`${field}.per.unit`, 'must be days or weeks in a calendar window', 'not_allowed');
    }
    return {
      id,
      channel: channel ?? null,
      category: category ?? null,
      limit,
      per: span,
      window: isCalendar ? ('calendar' as const) : ('rolling' as const),
    };
  });
}

function checkChannel(field: string, channel: string | undefined, problem: Problems): void {
  if (channel !== undefined && channel !== 'email') problem(`${field}.channel`, 'must be email', 'enum');
}

function readClasses(given: SendingClasses | undefined): SendingRules['exempt'] {
  const exemptOf = (name: SendClass) => {
    const own = given?.[name];
    if (own === undefined) return noRules.exempt[name];
    const rules = own.exempt.flatMap((one) => {
      if (one === SendingExemption.CAPS) return ['caps' as const];
      return one === SendingExemption.QUIET_HOURS ? ['quiet_hours' as const] : [];
    });
    return [...new Set(rules)];
  };
  return { marketing: exemptOf('marketing'), transactional: exemptOf('transactional') };
}

function readThroughput(given: UpdateSendingRulesRequest['throughput'], problem: Problems): SendingRules['throughput'] {
  const read = { perMinute: given?.perMinute ?? null, perDomainPerMinute: given?.perDomainPerMinute ?? null };
  for (const [name, value] of [
    ['per_minute', read.perMinute],
    ['per_domain_per_minute', read.perDomainPerMinute],
  ] as const) {
    if (value !== null && (value < 1 || value > maxThroughput)) {
      problem(`throughput.${name}`, `must be from 1 to ${maxThroughput}`, 'range');
    }
  }
  return read;
}
