export { Counter, Gauge, Histogram } from 'prom-client';
export { createLogger, type Logger } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpsServer, type Readiness, startOpsServer } from './ops-server.ts';
