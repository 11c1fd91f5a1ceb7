import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { SendingRules } from '@drippulse/engine';
import {
  AfterMaxHold,
  CapWindow,
  SendingExemption,
  type SendingRulesSchema,
  SpanUnit,
} from '@drippulse/proto/drippulse/messaging/v1/rules_pb';
import type { RulesRow } from './rules-rows.ts';
import { parseRules } from './stored-rules.ts';

type Span = NonNullable<SendingRules['minGap']>;

export const spanUnits: Readonly<Record<Span['unit'], SpanUnit>> = {
  seconds: SpanUnit.SECONDS,
  minutes: SpanUnit.MINUTES,
  hours: SpanUnit.HOURS,
  days: SpanUnit.DAYS,
  weeks: SpanUnit.WEEKS,
};

export function rulesToProto(row: RulesRow | undefined): MessageInitShape<typeof SendingRulesSchema> {
  const { quietHours, caps, exempt, throughput, ...rules } = parseRules(row?.rules);
  return {
    quietHours: quietHours.map(({ channel, from, to, days }) => ({
      channel: channel ?? undefined,
      from,
      to,
      days: [...days],
    })),
    caps: caps.map(({ channel, category, per, window, ...cap }) => ({
      ...cap,
      channel: channel ?? undefined,
      category: category ?? undefined,
      per: spanToProto(per),
      window: window === 'calendar' ? CapWindow.CALENDAR : CapWindow.ROLLING,
    })),
    minGap: rules.minGap ? spanToProto(rules.minGap) : undefined,
    lookAhead: rules.lookAhead ? spanToProto(rules.lookAhead) : undefined,
    classes: { marketing: classToProto(exempt.marketing), transactional: classToProto(exempt.transactional) },
    maxHold: rules.maxHold ? spanToProto(rules.maxHold) : undefined,
    afterMaxHold: rules.afterMaxHold === 'send' ? AfterMaxHold.SEND : AfterMaxHold.SKIP,
    throughput: {
      perMinute: throughput.perMinute ?? undefined,
      perDomainPerMinute: throughput.perDomainPerMinute ?? undefined,
    },
    updatedAt: row === undefined || row.revision === 1n ? undefined : timestampFromDate(row.updated_at),
    revision: row?.revision ?? 1n,
  };
}

function spanToProto({ duration, unit }: Span) {
  return { duration, unit: spanUnits[unit] };
}

function classToProto(exempt: readonly ('caps' | 'quiet_hours')[]) {
  return {
    exempt: exempt.map((rule) => (rule === 'caps' ? SendingExemption.CAPS : SendingExemption.QUIET_HOURS)),
  };
}
