import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { collectsTraces } from './collects-traces.ts';

const tracer = trace.getTracer('drippulse');

/** A span that continues a trace across a row or a message. */
export type Step = {
  /** The trace to pass on (W3C Trace Context); undefined if there is no trace. */
  traceparent: string | undefined;
  /** Runs `work` with this span as the parent of everything that is traced in it. */
  run<T>(work: () => Promise<T>): Promise<T>;
  end(error?: unknown): void;
};

/** The span of a call to another process, or of a call that another process has made. */
export type CallSpan = {
  /** Runs `work` with this span as the parent of everything that is traced in it. */
  run<T>(work: () => T): T;
  /** Ends the span with the attributes of its outcome. */
  end(outcome: { isError: boolean; attributes: Attributes }): void;
};

const stepKinds = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL };

const writeHeader: TextMapSetter<Headers> = { set: (headers, name, value) => headers.set(name, value) };
const readHeader: TextMapGetter<Headers> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => headers.get(name) ?? undefined,
};

/** Returns the `traceparent` of the span that is active now, to be stored in a row or sent with a message. */
export function activeTraceparent(): string | undefined {
  return traceparentOf(context.active());
}

/**
 * Starts a span of the trace that a row or a message belongs to. Without a trace it does nothing. While no traces are
 * collected, it passes `traceparent` on unchanged.
 */
export function startStep(name: string, kind: keyof typeof stepKinds, traceparent: string | undefined): Step {
  if (traceparent === undefined || !collectsTraces()) {
    return { traceparent, run: (work) => work(), end: () => undefined };
  }
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
  const span = tracer.startSpan(name, { kind: stepKinds[kind] }, parent);
  const own = trace.setSpan(parent, span);
  return {
    traceparent: traceparentOf(own) ?? traceparent,
    run: (work) => context.with(own, work),
    end(error) {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/**
 * Starts the span of a call that is about to be made, below the active span, and writes its trace context to `headers`.
 * Call it only if `collectsTraces()`, so that the description of the span costs nothing when no traces are collected.
 */
export function startClientSpan(name: string, attributes: Attributes, headers: Headers): CallSpan {
  const parent = context.active();
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
  propagation.inject(trace.setSpan(parent, span), headers, writeHeader);
  return callSpan(span, parent);
}

/**
 * Starts the span of a call that was received with `headers`, below the span that they name. Call it only if
 * `collectsTraces()`.
 */
export function startServerSpan(name: string, attributes: Attributes, headers: Headers): CallSpan {
  const parent = propagation.extract(ROOT_CONTEXT, headers, readHeader);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  return callSpan(span, parent);
}

/** Gives the span of the current HTTP request the name of the request's route. */
export function nameRequest(name: string): void {
  trace.getActiveSpan()?.updateName(name);
}

/** Returns the ids that link a log line to its trace. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

function callSpan(span: Span, parent: Context): CallSpan {
  const own = trace.setSpan(parent, span);
  return {
    run: (work) => context.with(own, work),
    end({ isError, attributes }) {
      span.setAttributes(attributes);
      // The status has no message, because the message of the error may quote data of a customer.
      if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function traceparentOf(from: Context): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(from, carrier);
  return carrier.traceparent;
}
