import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { createKafkaTransport } from '@drippulse/events';
import { createLogger, type Logger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers, type Peers } from '@drippulse/rpc';
import type { ProcessConfig } from './clients.ts';
import type { FromRuntime, ToRuntime } from './runtime.ts';

type Parts = {
  peers: Peers;
  events: ReturnType<typeof createKafkaTransport>;
  log: Logger;
  fault(point: string): Promise<void>;
};

type Startable<C> = {
  name: string;
  start(config: C, parts: Parts): Promise<{ stop(): Promise<void> }>;
};

/**
 * Runs a service as its own main does, once the parent process sends the message to begin. The service dies at a point
 * that the parent names.
 */
export async function runService<C>(service: Startable<C>): Promise<void> {
  // Restores secrets, which are bytes.
  const {
    kafkaBrokers: brokers,
    addresses,
    ...config
  }: ProcessConfig<C> = JSON.parse(process.env['CHAOS_CONFIG'] ?? '{}', (_, value) =>
    value?.type === 'Buffer' ? Buffer.from(value.data) : value,
  );
  // The parent of this process is gone.
  process.on('disconnect', () => process.exit(1));
  // The compiled code is stored now, because a process that is killed later would not store it.
  flushCompileCache();
  await once(process, 'message');
  let dieAt: string | undefined;
  process.on('message', (message: ToRuntime) => {
    dieAt = message.dieAt ?? dieAt;
  });

  await runMain(async () => {
    const log = createLogger({ level: 'warn' });
    const events = createKafkaTransport({ brokers, clientId: service.name, log });
    const peers = createGrpcPeers(addresses);
    const running = await service.start(config as C, {
      ...{ peers, events, log },
      async fault(point) {
        if (point === dieAt) process.kill(process.pid, 'SIGKILL');
      },
    });
    const ready: FromRuntime = { ready: true };
    process.send?.(ready);
    return {
      async stop() {
        await running.stop();
        await events.close();
        peers.close();
        process.disconnect?.();
      },
    };
  });
}
