import type { IncomingMessage } from 'node:http';
import type { WatchChangesRequest } from '@drippulse/proto/drippulse/gateway/v1/stream_pb';
import { Mode } from '@drippulse/proto/drippulse/rest/v1/mode_pb';
import { checkAccess, listedMode, modeFromProto } from '@drippulse/rpc';
import { networkOf } from '../client-network.ts';
import { requireFullAccess } from '../transcoder/any-session.ts';
import type { Authenticate, StreamEvents } from '../transcoder/ports.ts';
import { createPending } from './pending.ts';
import type { Streams } from './streams.ts';
import { readTopics } from './topics.ts';

/** Responds to `GET /stream`. */
export function streamHints({ streams, authenticate }: { streams: Streams; authenticate: Authenticate }): StreamEvents {
  return ({ request, response, method, exchange, authenticated }, message) => {
    const { topics, mode: asked } = message as WatchChangesRequest; // no other method has the `event_stream` option
    const { caller } = authenticated;
    const mode = listedMode({ mode: asked }, caller);
    const pending = createPending(readTopics(topics));
    const facts = {
      raw: request,
      requestId: exchange.requestId,
      clientNetwork: networkOf(exchange.clientAddress),
      isBackground: true,
    };
    return () =>
      streams.run({
        response,
        organizationId: caller.organizationId,
        pending,
        since: lastEventIdOf(request),
        isFor: (hint) => hint.mode === Mode.UNSPECIFIED || modeFromProto(hint.mode) === mode,
        async check() {
          const now = await authenticate(facts);
          requireFullAccess(now, { anySession: false });
          checkAccess(method, now.caller);
        },
      });
  };
}

/** Returns the position that a client saw last. An invalid string is read as the position before all others. */
function lastEventIdOf({ headers }: IncomingMessage): bigint | undefined {
  const { 'last-event-id': id } = headers;
  if (id === undefined || id === '') return undefined;
  return typeof id === 'string' && /^\d{1,18}$/.test(id) ? BigInt(id) : 0n;
}
