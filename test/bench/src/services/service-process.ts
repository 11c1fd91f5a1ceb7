import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import { peersWithin, type Service } from '@drippulse/service';
import { addressVariable, processOf, type ServiceName, serviceNames, servicesOf } from '@drippulse/topology';
import { loadService } from './load-service.ts';

/**
 * A process that runs a service as the service's main does: without any other service, over gRPC, and with the event
 * transport that needs no other server.
 */
const env = process.env;
// Exits if the parent that uses this process has ended.
process.on('disconnect', () => process.exit(1));
if (env['BENCH_STALLS'] !== undefined) measureStalls();
// The services start in the same order as in the main of their process: a service that runs within another service
// starts first.
const own = servicesOf(env['BENCH_SERVICE'] as ServiceName).reverse(); // the bench passes a service's name
const definitions = await Promise.all(own.map(loadService));

await runMain(async () => {
  const log = createLogger({ level: 'info' });
  const events = createEmbeddedTransport({ url: env['DATABASE_URL'] ?? '', log });
  // Not every peer takes part in a bench. A peer without an address is never called.
  const addresses = serviceNames.flatMap((name) => {
    const address = env[addressVariable(name)];
    return address === undefined ? [] : [[name, address]];
  });
  const grpc = createGrpcPeers(Object.fromEntries(addresses));
  const [inner] = own.filter((name) => processOf(name) !== name);
  const peers = inner === undefined ? grpc : peersWithin(grpc, inner);
  const running: Service[] = [];
  for (const service of definitions) {
    running.unshift(await service.start(service.readConfig(env), { peers, events, log }));
  }
  const [main] = running;
  process.send?.({ port: main?.publicPort ?? main?.port });
  return {
    async stop() {
      for (const service of running) await service.stop();
      await events.close();
      grpc.close();
      process.disconnect?.();
    },
  };
});

/** Sends the longest turn of the event loop since the last message to `longestStallMs` of the parent process. */
function measureStalls(): void {
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  process.on('message', () => {
    process.send?.({ stallMs: delays.max / 1e6 });
    delays.reset();
  });
}
