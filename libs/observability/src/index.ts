// For services.

// For other libraries and for what is generated from the catalog.
export { type CatalogEntry, catalog, type MetricName, processMetricNames } from './catalog.ts';
export { counter, gauge, histogram } from './instruments.ts';
export { createLogger, type Logger, openLogFile } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpsServer, type Readiness, startOpsServer } from './ops-server.ts';
export { processMetrics } from './process-metrics.ts';
export { collectsTraces } from './tracing/collects-traces.ts';
export {
  activeTraceparent,
  type CallSpan,
  nameRequest,
  type Step,
  startClientSpan,
  startServerSpan,
  startStep,
} from './tracing/spans.ts';
