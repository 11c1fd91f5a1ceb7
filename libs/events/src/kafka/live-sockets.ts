import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 10_000;
/** Number of checks without a received byte after which a connection is silent. */
const mostSilentChecks = 5;

/**
 * Makes the connections of kafkajs, and breaks a connection on which a request is pending and the broker has sent no
 * byte for `silenceMs`. kafkajs itself only gives up the request, and keeps using the connection. If the broker has
 * forgotten the connection, or the network swallows bytes, every later request would be lost too.
 */
export function liveSockets(silenceMs: number): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const socket = ssl
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    breakWhenSilent(socket, silenceMs);
    return socket;
  };
}

function breakWhenSilent(socket: Socket, silenceMs: number): void {
  let answeredBytes = 0;
  let silentChecks = 0;
  socket.on('data', () => {
    answeredBytes = socket.bytesWritten;
    silentChecks = 0;
  });
  const timer = setInterval(() => {
    silentChecks = socket.bytesWritten > answeredBytes ? silentChecks + 1 : 0;
    if (silentChecks < mostSilentChecks) return;
    socket.destroy(Object.assign(new Error(`Kafka was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' }));
  }, silenceMs / mostSilentChecks);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}
