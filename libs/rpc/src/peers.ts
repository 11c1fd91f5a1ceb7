import type { ConnectRouter, Interceptor, Transport } from '@connectrpc/connect';
import type { Part } from '@drippulse/observability';
import type { RoleName, ServiceName } from '@drippulse/topology';
import type { GrpcTls } from './tls.ts';

/** Registers the methods of a service. */
export type Routes = (router: ConnectRouter) => void;

/**
 * The maximum size of a message in bytes, in both directions and in both kinds of peers. The gateway has limits of its
 * own.
 */
export const maxMessageBytes = 32 << 20;

/** The maximum size of a message with the envelope of a shared stream, in bytes. */
export const maxWireBytes: number = maxMessageBytes + (64 << 10);

/** The connections from one service to all other services: in the same process, or over gRPC. */
export type Peers = {
  /** The TLS files for a port of this process. Undefined if the process has no port, or gRPC is plain. */
  tls: GrpcTls | undefined;
  /**
   * Returns the transport to a peer. It may be called before the peer is up; until then calls fail with UNAVAILABLE. A
   * role without an address of its own is reached at the address of its service.
   */
  transport(peer: ServiceName | RoleName): Transport;
  /** Makes a service of this process reachable, with the check behind `isServing`. Peers over gRPC ignore this call. */
  register(service: ServiceName, routes: Routes, interceptors: Interceptor[], isReady?: Part): void;
  /** Removes a service that stops. Peers over gRPC ignore this call. */
  unregister(service: ServiceName): void;
  /** Returns whether the service is reachable at present. */
  isServing(service: ServiceName): Promise<boolean>;
  close(): void;
};
