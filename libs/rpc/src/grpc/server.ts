import type { DescMethod } from '@bufbuild/protobuf';
import {
  type ConnectRouter,
  createMethodImplSpec,
  createServiceImplSpec,
  type Interceptor,
  type MethodImplSpec,
} from '@connectrpc/connect';
import type { Logger } from '@drippulse/observability';
import { SharedCallsService } from '@drippulse/proto/drippulse/calls/v1/calls_pb';
import * as grpc from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { maxWireBytes, type Routes } from '../peers.ts';
import type { GrpcTls } from '../tls.ts';
import { decoderOf, encoderOf, pathOf } from './codec.ts';
import { serverCredentials } from './credentials.ts';
import { streamHandler } from './handlers.ts';
import { serveShared } from './shared/serve-shared.ts';
import { unaryHandler } from './unary-handler.ts';
import { type UnaryMethod, unaryMethod } from './unary-method.ts';

/**
 * A served port. `stop` refuses new calls, waits `graceMs` (default 10 s) for running calls, and then cuts off the
 * calls that still run.
 */
export type RpcServer = { port: number; stop(graceMs?: number): Promise<void> };

/**
 * Serves the methods that `routes` registers, and `grpc.health.v1`, over grpc-js. With port 0, the system chooses a
 * free port.
 */
export async function serveRpc(options: {
  routes: Routes;
  interceptors: Interceptor[];
  host: string;
  port: number;
  log: Logger;
  /** Files for mutual TLS. Default: plain. */
  tls?: GrpcTls;
}): Promise<RpcServer> {
  const { routes, interceptors, host, log } = options;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': maxWireBytes,
    'grpc.max_send_message_length': maxWireBytes,
    'grpc.enable_channelz': 0,
  });
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  const unary = new Map<string, UnaryMethod>();
  routes(grpcRouter(server, health, interceptors, unary));
  const shared = serveShared(unary);
  server.addService({ share: definitionOf(SharedCallsService.method.share) }, { share: shared.handler });

  const address = `${host.includes(':') ? `[${host}]` : host}:${options.port}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, serverCredentials(options.tls), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  log.info({ host, port }, 'rpc port open');

  return {
    port,
    async stop(graceMs = 10_000) {
      health.setStatus('', 'NOT_SERVING');
      shared.stop();
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(() => {
          log.warn({ port, grace_ms: graceMs }, 'calls cut off at shutdown');
          server.forceShutdown();
          resolve();
        }, graceMs);
        server.tryShutdown(() => {
          clearTimeout(deadline);
          resolve();
        });
      });
    },
  };
}

/**
 * Makes a Connect router that adds all methods to a grpc-js server, and also adds the unary methods to `unary`, by
 * path.
 */
function grpcRouter(
  server: grpc.Server,
  health: HealthImplementation,
  interceptors: Interceptor[],
  unary: Map<string, UnaryMethod>,
): ConnectRouter {
  function handlerOf(spec: MethodImplSpec): grpc.UntypedHandleCall {
    if (spec.kind !== 'unary') return streamHandler(spec, interceptors);
    const served = unaryMethod(spec, interceptors);
    unary.set(pathOf(spec.method), served);
    return unaryHandler(served) as grpc.UntypedHandleCall; // grpc-js chooses the kind by the definition
  }

  const router: ConnectRouter = {
    handlers: [],
    service(desc, implementation) {
      const { methods } = createServiceImplSpec(desc, implementation);
      server.addService(
        Object.fromEntries(desc.methods.map((method) => [method.localName, definitionOf(method)])),
        Object.fromEntries(Object.entries(methods).map(([name, spec]) => [name, handlerOf(spec)])),
      );
      health.setStatus(desc.typeName, 'SERVING');
      return router;
    },
    rpc(method, implementation) {
      const spec = createMethodImplSpec(method, implementation);
      server.addService({ [method.localName]: definitionOf(method) }, { [method.localName]: handlerOf(spec) });
      return router;
    },
  };
  return router;
}

// biome-ignore lint/suspicious/noExplicitAny: grpc-js has no type for a definition whose messages are known at run time only.
function definitionOf(method: DescMethod): grpc.MethodDefinition<any, any> {
  return {
    path: pathOf(method),
    requestStream: method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming',
    responseStream: method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming',
    requestSerialize: encoderOf(method.input),
    requestDeserialize: decoderOf(method.input),
    // The handlers of unary methods encode their responses.
    responseSerialize: method.methodKind === 'unary' ? (bytes: Buffer) => bytes : encoderOf(method.output),
    responseDeserialize: decoderOf(method.output),
  };
}
