import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('drippulse');

/** A step of a trace that is under way. */
export type Step = {
  /** What whoever goes on with the trace is given (W3C Trace Context); undefined where there is no trace. */
  traceparent: string | undefined;
  /** Runs with this step as the parent of all that is traced below it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  end(error?: unknown): void;
};

const kinds = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

/** The trace that what runs now belongs to, to be carried over a database or a message. */
export function activeTraceparent(): string | undefined {
  return traceparentOf(context.active());
}

/**
 * Begins a step of the trace that came with a row or a message; nothing is traced without one. While no traces are
 * collected it passes the trace on as it came.
 */
export function startStep(name: string, kind: keyof typeof kinds, traceparent: string | undefined): Step {
  if (traceparent === undefined) return { traceparent, run: (work) => work(), end: () => undefined };
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
  const span = tracer.startSpan(name, { kind: kinds[kind] }, parent);
  const own = trace.setSpan(parent, span);
  return {
    traceparent: traceparentOf(own) ?? traceparent,
    run: (work) => context.with(own, work),
    end: (error) => endSpan(span, error),
  };
}

/** Gives the span of the request being served the name of its route. */
export function nameRequest(name: string): void {
  trace.getActiveSpan()?.updateName(name);
}

/** Ids that a log line carries to be found by its trace. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

function traceparentOf(from: typeof ROOT_CONTEXT): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(from, carrier);
  return carrier.traceparent;
}

function endSpan(span: Span, error: unknown): void {
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
