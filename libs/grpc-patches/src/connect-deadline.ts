import type { Socket } from 'node:net';
import type * as grpc from '@grpc/grpc-js';

/**
 * Channel option: time limit in milliseconds for the TLS handshake and for the first bytes from a peer. Default: 5000.
 */
export const connectDeadlineMs = 'drippulse.connect_deadline_ms';

/**
 * Ends a connection on which the peer has sent nothing in time. By itself, grpc-js waits indefinitely for the TLS
 * handshake and the greeting of HTTP/2. If a channel reconnects to a frozen process, or over a network that swallows
 * bytes, it would have no connection even after the peer is back, until its own process is restarted.
 */
export function withConnectDeadline(credentials: grpc.ChannelCredentials): grpc.ChannelCredentials {
  const create = credentials._createSecureConnector.bind(credentials);
  credentials._createSecureConnector = (target, options, callCredentials) => {
    const connector = create(target, options, callCredentials);
    const connect = connector.connect.bind(connector);
    const deadlineMs = Number(options[connectDeadlineMs] ?? 5000);
    connector.connect = async (socket) => {
      let connected: Socket | undefined;
      const onDeadline = () => {
        if (connected === undefined || connected.bytesRead === 0) socket.destroy();
      };
      const timer = setTimeout(onDeadline, deadlineMs).unref();
      socket.once('close', () => clearTimeout(timer));
      const result = await connect(socket);
      connected = result.socket;
      return result;
    };
    return connector;
  };
  return credentials;
}
