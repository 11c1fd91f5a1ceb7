import type { Socket } from 'node:net';
import pg from 'pg';

/** Members of pg's client that pg's types omit. */
type Internals = {
  host: string;
  port: number;
  sslNegotiation: string;
  processID: number;
  secretKey: unknown;
  connection: pg.Connection & {
    stream: Socket;
    ssl: unknown;
    connect(port: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processID: number, secretKey: unknown): void;
  };
};

const patienceMs = 5_000;

/**
 * Asks the server to cancel the client's current statement, over a separate connection, as the protocol requires.
 * Resolves when the server has passed the request on, so that it cannot hit a later statement of the client. It also
 * resolves when the server cannot be asked; the statement then ends by itself, at the latest by its timeout.
 */
export function cancelQuery(client: pg.Client, config: pg.ClientConfig): Promise<void> {
  const { processID, secretKey } = client as unknown as Internals; // pg's types omit these members
  const { host, port, sslNegotiation, connection } = new pg.Client(config) as unknown as Internals;
  const send = () => connection.cancel(processID, secretKey);
  return new Promise((resolve) => {
    connection.once('end', resolve);
    connection.on('error', () => connection.stream.destroy());
    connection.once('sslconnect', send);
    connection.once('connect', () => {
      if (!connection.ssl) send();
      else if (sslNegotiation !== 'direct') connection.requestSsl();
    });
    connection.stream.setTimeout(patienceMs, () => connection.stream.destroy());
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
