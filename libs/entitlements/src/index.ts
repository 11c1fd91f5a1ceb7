// For services that count meters.

export { addUsage, type Used, usageInsert, usedRows } from './add-usage.ts';
export { countRowsAsUsage } from './count-rows.ts';
export { type Full, findRoom, type Room } from './find-room.ts';
export type { StandingCounts } from './read-usage.ts';
export { planLimitReached, quotaExceeded } from './refusals.ts';
export { type Counting, startCounting } from './serve-entitlements.ts';
export { createUsageTables } from './tables.ts';
export { noteThresholds } from './thresholds.ts';

// For the service that sets limits, and for compositions of services.

export { meterFromProto, meterToProto } from './meters.ts';
export { entitlementsTopic, usageTopic } from './topics.ts';
