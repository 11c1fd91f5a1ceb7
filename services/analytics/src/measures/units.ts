import { AnalyticsUnit } from '@drippulse/proto/drippulse/analytics/v1/analytics_pb';
import type { Measure } from './measure.ts';

export const units = {
  count: AnalyticsUnit.COUNT,
  ratio: AnalyticsUnit.RATIO,
  cents: AnalyticsUnit.CENTS,
  usd: AnalyticsUnit.USD,
  ms: AnalyticsUnit.MS,
} as const satisfies Record<Measure['unit'], AnalyticsUnit>;
