import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from '@drippulse/servers';

/** A completely received mail, with its headers. */
export type AcceptedMail = { to: string; text: string };

/** A mail server on 127.0.0.1 that accepts every mail. `recipients` lists the recipients of the accepted mails. */
export type MailServer = { port: number; recipients: string[]; mails: AcceptedMail[]; stop(): Promise<void> };

/** Starts a mail server. `onMail` runs before the server confirms a mail to its sender. */
export async function startMailServer(onMail?: () => Promise<void>): Promise<MailServer> {
  const recipients: string[] = [];
  const mails: AcceptedMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket, async (mail) => {
      mails.push(mail);
      recipients.push(mail.to);
      await onMail?.();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    recipients,
    mails,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Serves the commands of RFC 5321 that a client needs to send mails one after the other. */
function serve(socket: Socket, onMail: (mail: AcceptedMail) => Promise<void>): void {
  let isData = false;
  let unread = '';
  let to = '';
  let text = '';
  socket.write('220 ready\r\n');
  socket.on('data', (piece) => {
    const lines = `${unread}${piece}`.split('\r\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      if (isData && line !== '.') {
        text += `${line}\n`;
        continue;
      }
      if (isData) {
        const mail = { to, text };
        [isData, text] = [false, ''];
        void onMail(mail).then(() => socket.write('250 ok\r\n'));
        continue;
      }
      to = /^RCPT TO:<(.*?)>/i.exec(line)?.[1] ?? to;
      isData = /^DATA$/i.test(line);
      socket.write(isData ? '354 go on\r\n' : '250 ok\r\n');
    }
  });
}
