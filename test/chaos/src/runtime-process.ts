import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { Socket } from 'node:net';
import { type Config, service } from '@drippulse/enrollments';
import { createKafkaTransport } from '@drippulse/events';
import { createLogger } from '@drippulse/observability';
import { runMain } from '@drippulse/process';
import { createGrpcPeers } from '@drippulse/rpc';
import type { ProcessConfig } from './clients.ts';
import type { FromRuntime, ToRuntime } from './runtime.ts';

/** The runtime as its own main starts it, with two additions: it can die at a chosen point, and its clock can jump. */
const {
  kafkaBrokers: brokers,
  addresses,
  ...config
}: ProcessConfig<Config> = JSON.parse(
  process.env['CHAOS_CONFIG'] ?? '{}',
  // Secrets are bytes.
  (_, value) => (value?.type === 'Buffer' ? Buffer.from(value.data) : value),
);
const stallMs = 500;
let dieAt: string | undefined;
let shiftMs = 0;

// The parent of this process is gone.
process.on('disconnect', () => process.exit(1));
// The compiled code is stored now, because a process that is killed later would not store it.
flushCompileCache();
await once(process, 'message');

globalThis.Date = new Proxy(Date, {
  construct(target, args, newTarget) {
    return Reflect.construct(target, args.length === 0 ? [target.now() + shiftMs] : args, newTarget);
  },
  get(target, name, receiver) {
    return name === 'now' ? () => target.now() + shiftMs : Reflect.get(target, name, receiver);
  },
});

process.on('message', (message: ToRuntime) => {
  if (message.dieAt !== undefined) dieAt = message.dieAt;
  if (message.shiftMs !== undefined) shiftMs = message.shiftMs;
});
tellConnections();
watchStalls();

await runMain(async () => {
  const log = createLogger({ level: 'warn' });
  const events = createKafkaTransport({ brokers, clientId: service.name, log });
  const peers = createGrpcPeers(addresses);
  const running = await service.start(config, {
    peers,
    events,
    log,
    fault(point) {
      if (point === dieAt) process.kill(process.pid, 'SIGKILL');
    },
  });
  send({ ready: true });
  return {
    async stop() {
      await running.stop();
      await events.close();
      peers.close();
      process.disconnect?.();
    },
  };
});

function send(message: FromRuntime): void {
  process.send?.(message);
}

/** Reports the local port of each connection, by which the receiver attributes requests to this process. */
function tellConnections(): void {
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: unknown };
    if (!(socket instanceof Socket)) return;
    socket.once('connect', () => {
      if (socket.localPort !== undefined) send({ openedPort: socket.localPort });
    });
  });
}

/**
 * Reports stalls, because a busy machine may stop a process just as a freeze does. It measures with a clock that does
 * not jump.
 */
function watchStalls(): void {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    if (now - last > stallMs) send({ stalledMs: now - last });
    last = now;
  }, 100).unref();
}
