import type { ConnectRouter, Interceptor, Transport } from '@connectrpc/connect';
import type { ServiceName } from '@drippulse/topology';
import type { GrpcTls } from './grpc/tls.ts';

/** Registers the methods a service serves. */
export type Routes = (router: ConnectRouter) => void;

/** The largest message, both ways, over both transports; JSON limits above it are the gateway's. */
export const maxMessageBytes = 32 << 20;

/** The same with what comes around it on a stream that calls share. */
export const maxWireBytes: number = maxMessageBytes + (64 << 10);

/** How a service reaches the others: in the same process, or over gRPC. */
export type Peers = {
  /** What a port of this process is to be served with; undefined where there is none, and where gRPC is plain. */
  tls: GrpcTls | undefined;
  /** May be asked for before the service is there: calls then answer UNAVAILABLE. */
  transport(service: ServiceName): Transport;
  /** Makes a service of this process reachable, with the check behind `isServing`; peers over gRPC ignore it. */
  register(service: ServiceName, routes: Routes, interceptors: Interceptor[], isReady?: () => Promise<boolean>): void;
  /** Takes it back, when the service stops; peers over gRPC ignore it. */
  unregister(service: ServiceName): void;
  /** Whether the service answers now. */
  isServing(service: ServiceName): Promise<boolean>;
  close(): void;
};
