import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from '@drippulse/servers';

/** A mail server on 127.0.0.1 that takes every mail. `recipients` has the addresses of the mails that it has accepted. */
export type MailServer = { port: number; recipients: string[]; stop(): Promise<void> };

export async function startMailServer(): Promise<MailServer> {
  const recipients: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, recipients);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    recipients,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The part of RFC 5321 that a client needs to send mails one after the other. */
function serve(socket: Socket, recipients: string[]): void {
  let isData = false;
  let unread = '';
  let to = '';
  socket.write('220 ready\r\n');
  socket.on('data', (piece) => {
    const lines = `${unread}${piece}`.split('\r\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      if (isData && line !== '.') continue;
      if (isData) recipients.push(to);
      to = /^RCPT TO:<(.*?)>/i.exec(line)?.[1] ?? to;
      isData = /^DATA$/i.test(line);
      socket.write(isData ? '354 go on\r\n' : '250 ok\r\n');
    }
  });
}
