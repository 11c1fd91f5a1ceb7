import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Signing } from './call-headers.ts';
import type { Compress } from './compress.ts';
import type { Exchange } from './exchange.ts';
import type { FixedBody } from './fixed-body.ts';
import type { Holdings } from './holdings.ts';
import type { StreamEvents, Upstream } from './ports.ts';
import type { Route } from './routes.ts';

/** An admitted request, and the HTTP response to write. */
export type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  route: Route & { upstream: Upstream };
  parameters: Record<string, string>;
  exchange: Exchange;
  /** The waiting client. The signal aborts when the client leaves; `abort` aborts it early. */
  client: { signal: AbortSignal; abort(): void };
};

/** Options that all calls share. */
export type CallOptions = Signing & {
  holdings: Holdings;
  bodyIdleTimeoutMs: number;
  compress: Compress;
  fixedBodyOf: (bytes: Uint8Array) => FixedBody;
  streamEvents?: StreamEvents;
};

const defaultTimeoutSeconds = 30;

export function timeoutMsOf({ rest }: Route): number {
  return (rest.timeoutSeconds || defaultTimeoutSeconds) * 1000;
}
