import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { noteCollecting } from './collects-traces.ts';

/**
 * Collects the traces of this process from now on: spans go to `processor`. `share` is the kept fraction of the traces
 * that begin here, between 0 and 1; a trace that began elsewhere is kept if the process that began it keeps it.
 */
export function collectTraces(service: string, share: number, processor: SpanProcessor): TracerProvider {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': service })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [processor],
  });
  trace.setGlobalTracerProvider(provider);
  noteCollecting();
  return provider;
}
