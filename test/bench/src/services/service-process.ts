import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import type { ServiceDefinition } from '@drippulse/service';
import { addressVariable, serviceNames } from '@drippulse/topology';

/** A service as its own main starts it, with no other one loaded, over gRPC, with the event transport that needs no other server. */
const env = process.env;
// Nobody is left to ask anything of it.
process.on('disconnect', () => process.exit(1));
// Before it starts, as by its main.
const { service }: { service: ServiceDefinition } = await import(env['BENCH_PACKAGE'] ?? '');

await runMain(async () => {
  const log = createLogger({ level: 'info' });
  const events = createEmbeddedTransport({ url: env['DATABASE_URL'] ?? '', log });
  // Not every peer takes part in a bench; one without an address is never called.
  const addresses = serviceNames.flatMap((name) => {
    const address = env[addressVariable(name)];
    return address === undefined ? [] : [[name, address]];
  });
  const peers = createGrpcPeers(Object.fromEntries(addresses));
  const running = await service.start(service.readConfig(env), { peers, events, log });
  process.send?.({ port: running.publicPort ?? running.port });
  return {
    async stop() {
      await running.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});
