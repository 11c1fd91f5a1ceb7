import { processStopped } from '@drippulse/process';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { noteCollecting } from './collects-traces.ts';

const operationsPaths = new Set(['/metrics', '/ready', '/live', '/health']);

/**
 * Collects traces of HTTP, gRPC and PostgreSQL and sends them by OTLP, as the standard variables say:
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER_ARG` (the share
 * of traces kept, 1 unless set).
 */
export function startTracing(): void {
  noteCollecting();
  // Only these: every other module is loaded as if nothing were there.
  register({ include: ['http', 'https', 'node:http', 'node:https', '@grpc/grpc-js', 'pg', 'pg-pool'] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const share = Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  const name = process.env['OTEL_SERVICE_NAME'] ?? 'drippulse';
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': name })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(Number.isFinite(share) ? share : 1) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  trace.setGlobalTracerProvider(provider);
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: ({ url }) => operationsPaths.has(url ?? ''),
        requireParentforOutgoingSpans: true,
      }),
      new GrpcInstrumentation({ ignoreGrpcMethods: ['Check'] }),
      // Loops ask the database all the time: only statements of something that is traced.
      new PgInstrumentation({ requireParentSpan: true }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
    ],
  });
  processStopped.subscribe(() => void provider.shutdown());
}
