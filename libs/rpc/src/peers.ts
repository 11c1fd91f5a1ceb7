import type { ConnectRouter, Interceptor, Transport } from '@connectrpc/connect';
import type { Part } from '@drippulse/observability';
import type { RoleName, ServiceName } from '@drippulse/topology';
import type { GrpcTls } from './tls.ts';

/** Registers the methods of a service. */
export type Routes = (router: ConnectRouter) => void;

/** The largest message, in bytes, both ways and in both kinds of peers. The gateway sets the limits of JSON. */
export const maxMessageBytes = 32 << 20;

/** The largest message with the envelope of a shared stream, in bytes. */
export const maxWireBytes: number = maxMessageBytes + (64 << 10);

/** The connections from one service to the others: in the same process, or over gRPC. */
export type Peers = {
  /** The TLS files for a port of this process; undefined without a port, and where gRPC is plain. */
  tls: GrpcTls | undefined;
  /**
   * Works before the service is up. Until then calls fail with UNAVAILABLE. A role without an address of its own is
   * reached at that of its service.
   */
  transport(peer: ServiceName | RoleName): Transport;
  /** Makes a service of this process reachable, with the check behind `isServing`. Peers over gRPC ignore it. */
  register(service: ServiceName, routes: Routes, interceptors: Interceptor[], isReady?: Part): void;
  /** Removes a service that stops. Peers over gRPC ignore it. */
  unregister(service: ServiceName): void;
  /** Whether the service answers now. */
  isServing(service: ServiceName): Promise<boolean>;
  close(): void;
};
