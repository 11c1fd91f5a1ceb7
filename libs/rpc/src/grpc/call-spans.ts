import type { DescMethod } from '@bufbuild/protobuf';
import { type CallSpan, collectsTraces, startClientSpan, startServerSpan } from '@drippulse/observability';
import { status } from '@grpc/grpc-js';
import { pathOf } from './codec.ts';
import { errorOf } from './status.ts';

// Names, attributes and statuses are those of OpenTelemetry's semantic conventions for gRPC.
const system = { 'rpc.system.name': 'grpc' };

/**
 * Statuses that are treated as failures of the server itself. With any other status, the server was right to refuse the
 * call.
 */
const serverFailures = new Set<number>([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Attributes that name the peer of a client. */
export type PeerAttributes = { 'server.address': string; 'server.port'?: number };

/**
 * Returns the attributes of the peer at an address. A list of addresses has no single port, so the whole list is the
 * address.
 */
export function peerAttributes(address: string): PeerAttributes {
  const [, host, port] = /^(?:dns:)?([^,:/]+):(\d+)$/.exec(address) ?? [];
  return host === undefined ? { 'server.address': address } : { 'server.address': host, 'server.port': Number(port) };
}

/** The span of a call, which ends with the status of the call. */
type StatusSpan = Pick<CallSpan, 'run'> & { end(code: number): void };

/**
 * Starts the client span of a call below the active span, and writes its trace context to `headers`. Returns undefined
 * while no traces are collected.
 */
export function startCall(method: DescMethod, peer: PeerAttributes, headers: Headers): StatusSpan | undefined {
  if (!collectsTraces()) return undefined;
  const name = nameOf(method);
  const span = startClientSpan(name, { ...system, ...peer, 'rpc.method': name }, headers);
  return endedByStatus(span, (code) => code !== status.OK);
}

/**
 * Serves a call in a server span below the span that `headers` name. While no traces are collected it only runs
 * `serve`.
 */
export function serveTraced<T>(method: DescMethod, headers: Headers, serve: () => Promise<T>): Promise<T> {
  if (!collectsTraces()) return serve();
  const name = nameOf(method);
  const span = startServerSpan(name, { ...system, 'rpc.method': name }, headers);
  return endingWith(
    endedByStatus(span, (code) => serverFailures.has(code)),
    serve,
  );
}

/** Runs `work` in a span and ends the span with the status of its outcome. */
export async function endingWith<T>(span: StatusSpan, work: () => Promise<T>): Promise<T> {
  try {
    const answer = await span.run(work);
    span.end(status.OK);
    return answer;
  } catch (error) {
    span.end(errorOf(error).code);
    throw error;
  }
}

/** Returns the name of a method according to the conventions: its path without the first slash. */
function nameOf(method: DescMethod): string {
  return pathOf(method).slice(1);
}

function endedByStatus(span: CallSpan, isFailure: (code: number) => boolean): StatusSpan {
  return {
    run: span.run,
    end(code) {
      const name = status[code] ?? String(code);
      const isError = isFailure(code);
      span.end({ isError, attributes: { 'rpc.response.status_code': name, ...(isError && { 'error.type': name }) } });
    },
  };
}
