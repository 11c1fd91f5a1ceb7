import type { Alert } from './alert.ts';
import { burnRateAlerts } from './slo.ts';
import { slos } from './slos.ts';
import { symptoms } from './symptoms/index.ts';

/** Every alert. */
export const alerts: readonly Alert[] = [...slos.flatMap(burnRateAlerts), ...symptoms];
