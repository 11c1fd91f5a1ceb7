import { createEmbeddedTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { createGrpcPeers, type Peers, type ServiceName } from '@drippulse/rpc';
import { runMain } from '@drippulse/runtime';

/** A service as its own main starts it, with no other one loaded, over gRPC, with the event transport that needs no other server. */
const env = process.env;
// Nobody is left to ask anything of it.
process.on('disconnect', () => process.exit(1));
// Before it starts, as by its main.
await import(`@drippulse/${env['BENCH_SERVICE']}`);

await runMain(async () => {
  const log = createLogger({ level: 'info' });
  const events = createEmbeddedTransport({ url: env['DATABASE_URL'] ?? '', log });
  const opened: Peers[] = [];
  const reach = (addresses: Partial<Record<ServiceName, string | undefined>>) => {
    const peers = createGrpcPeers(addresses as Partial<Record<ServiceName, string>>); // an absent one is never asked for
    opened.push(peers);
    return { peers, events, log };
  };
  const start = {
    async gateway() {
      const gateway = await import('@drippulse/gateway');
      const config = gateway.readConfig(env);
      return gateway.startService(config, reach(config.peerAddresses));
    },
    async workflows() {
      const workflows = await import('@drippulse/workflows');
      const config = workflows.readConfig(env);
      return workflows.startService(config, reach(config.peerAddresses));
    },
    async 'enrollment-runtime'() {
      const runtime = await import('@drippulse/enrollment-runtime');
      const config = runtime.readConfig(env);
      return runtime.startService(config, reach(config.peerAddresses));
    },
    async crm() {
      const crm = await import('@drippulse/crm');
      const config = crm.readConfig(env);
      return crm.startService(config, reach(config.peerAddresses));
    },
  };
  const name = env['BENCH_SERVICE'];
  if (name !== 'gateway' && name !== 'workflows' && name !== 'enrollment-runtime' && name !== 'crm') {
    throw new Error(`no service ${name}`);
  }
  const service = await start[name]();
  process.send?.({ port: service.port });
  return {
    async stop() {
      await service.stop();
      await events.close();
      for (const peers of opened) peers.close();
      process.disconnect?.();
    },
  };
});
