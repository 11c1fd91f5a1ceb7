import http2, { type ClientHttp2Session } from 'node:http2';

type Connect = typeof http2.connect;
type Ping = ClientHttp2Session['ping'];

/**
 * A connection that either side gives up, as a process does that stops, ends once the calls on it have. Node sends no more
 * pings on it then; grpc-js 1.14.7 takes a keepalive that was not sent for a lost connection, and fails these calls. It
 * makes its sessions by this function, and gets them with a ping that is answered at once while the session closes: what
 * becomes of its calls is left to their deadlines.
 */
export function keepCallsOfClosingSessions(): void {
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
