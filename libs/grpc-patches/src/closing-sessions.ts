import http2, { type ClientHttp2Session } from 'node:http2';

type Connect = typeof http2.connect;
type Ping = ClientHttp2Session['ping'];

let areKept = false;

/**
 * Keeps the calls on a connection that either side closes gracefully, as a stopping process does, until they end.
 *
 * Node sends no more pings on such a session. grpc-js (see `closing-sessions.test.ts` for the version) treats an unsent
 * keepalive ping as a lost connection, and fails the calls. grpc-js opens its sessions with `http2.connect`, which this
 * function replaces once in a process. The replacement lets `ping` succeed immediately while a session closes. The
 * deadlines of the calls still apply.
 */
export function keepCallsOfClosingSessions(): void {
  if (areKept) return;
  areKept = true;
  const { connect } = http2;
  http2.connect = ((...words: Parameters<Connect>) => {
    const session = connect(...words);
    const ping = session.ping.bind(session);
    session.ping = ((...asked: Parameters<Ping>) => {
      const answer = asked.at(-1);
      if (!session.closed || session.destroyed || typeof answer !== 'function') return ping(...asked);
      setImmediate(() => answer(null, 0, Buffer.alloc(8)));
      return true;
    }) as Ping;
    return session;
  }) as Connect;
}
