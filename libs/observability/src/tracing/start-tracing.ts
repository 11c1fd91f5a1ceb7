import { processStopped } from '@drippulse/process';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { collectTraces } from './collect-traces.ts';
import { hiddenQuery, hiddenUrl } from './hidden-query.ts';

const operationsPaths = new Set(['/metrics', '/ready', '/live', '/health']);

/**
 * Collects traces and sends them by OTLP. The settings are OpenTelemetry's own: `OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER_ARG` (fraction of traces kept, default 1).
 *
 * Instrumentation opens the spans of HTTP and PostgreSQL. The platform's own code opens the spans of gRPC and Kafka:
 * there one request carries many calls or messages, of which instrumentation would see only one.
 *
 * No span has a value of a query, because it may be the address of a person, or a token.
 */
export function startTracing(): void {
  // Only these modules are loaded through the instrumentation hook.
  register({ include: ['http', 'https', 'node:http', 'node:https', 'pg', 'pg-pool'] });
  const share = Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  const service = process.env['OTEL_SERVICE_NAME'] ?? 'drippulse';
  const exporter = new OTLPTraceExporter();
  const provider = collectTraces(service, Number.isFinite(share) ? share : 1, new BatchSpanProcessor({ exporter }));
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url }) => operationsPaths.has(url ?? ''),
        requireParentforOutgoingSpans: true,
        startIncomingSpanHook: ({ url = '' }) => ({ 'url.query': hiddenQuery(url) }),
      }),
      // Traces only statements that belong to a trace, because loops query the database all the time.
      new PgInstrumentation({ requireParentSpan: true }),
      new UndiciInstrumentation({
        requireParentforSpans: true,
        startSpanHook: ({ origin, path }) => hiddenUrl(`${origin}${path}`),
      }),
    ],
  });
  processStopped.subscribe(() => void provider.shutdown());
}
