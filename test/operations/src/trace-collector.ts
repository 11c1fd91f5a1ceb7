import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A collected span. */
export type CollectedSpan = { trace: string; id: string; parent: string; service: string; name: string; start: bigint };

/** Receives traces over OTLP/HTTP, as a collector does, and keeps them. */
export type TraceCollector = { url: string; spans(): CollectedSpan[]; text(): string; stop(): Promise<void> };

type Attribute = { key: string; value: { stringValue?: string } };
type Span = { traceId: string; spanId: string; parentSpanId?: string; name: string; startTimeUnixNano: string };
type Export = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
};

export async function startTraceCollector(): Promise<TraceCollector> {
  const collected: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        bodies.push(body);
        const exported: Export = JSON.parse(body);
        collected.push(...spansOf(exported));
        response.setHeader('content-type', 'application/json').end('{}');
      },
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => [...collected],
    text: () => bodies.join('\n'),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function spansOf({ resourceSpans }: Export): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        trace: span.traceId,
        id: span.spanId,
        parent: span.parentSpanId ?? '',
        service,
        name: span.name,
        start: BigInt(span.startTimeUnixNano),
      }));
  });
}
