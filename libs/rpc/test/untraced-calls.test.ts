import { ProbeService } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { clientFor, createGrpcPeers } from '../src/index.ts';
import { readAll } from './read-all.ts';
import { serveSome, tokens } from './serve-echo.ts';
import { editor } from './start-probe.ts';

test('a process that does not collect traces creates no spans, and passes the trace of its caller on', async () => {
  const exporter = new InMemorySpanExporter();
  // This provider would see any span that is created.
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  const server = await serveSome({
    echo: ({ id }, call) => ({ id, header: call.requestHeader.get('traceparent') ?? '' }),
    async *listItems() {
      yield {};
    },
  });
  const peers = createGrpcPeers({ workflows: `127.0.0.1:${server.port}` });
  const client = clientFor(ProbeService, { peers, target: 'workflows', tokens })(editor);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect((await client.echo({ id: 1n }, { headers: { traceparent } })).header).toBe(traceparent);
  await readAll(client.listItems({}));
  peers.close();
  await server.stop();
  expect(exporter.getFinishedSpans()).toEqual([]);
});
