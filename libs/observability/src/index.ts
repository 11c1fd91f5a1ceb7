// For services.

export { counter, gauge, histogram } from './instruments.ts';
export { createLogger, type Logger, openLogFile } from './logger.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type OpsServer, startOpsServer } from './ops-server.ts';
export { askPart, askParts, type Part, type Parts } from './parts.ts';
export { sumWarnings } from './sum-warnings.ts';
export { nameRequest, type Step, startStep } from './tracing/spans.ts';

// For other libraries, and for the files that are generated from the catalog.

export { type CatalogEntry, catalog, type MetricName, processMetricNames } from './catalog.ts';
export { processMetrics } from './process-metrics.ts';
export { collectsTraces } from './tracing/collects-traces.ts';
export { activeTraceparent, type CallSpan, startClientSpan, startServerSpan } from './tracing/spans.ts';
