import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from '@drippulse/servers';
import type { Receipt } from './history.ts';
import { chanceOf } from './random.ts';

/**
 * The receiver of mails, by SMTP. The key of a receipt is the mail's Message-ID, and the path is the receiver's email
 * address.
 */
export type MailEndpoint = { url: string; receipts: Receipt[]; stop(): Promise<void> };

type Answer = { text: string } | { reset: true };
type Taken = { to: string; raw: string };

const accepted: Answer = { text: '250 2.0.0 Ok: queued' };
/**
 * Maximum number of failed attempts of a mail. Later attempts succeed. Otherwise the sender could give the mail up, and
 * nobody would know whether an earlier attempt had arrived.
 */
const mostFailures = 2;

/**
 * Starts the receiver. Its response depends only on the seed, the mail's subject and the number of the attempt. A mail
 * that is permanently refused is refused at each attempt.
 */
export async function startMailEndpoint(seed: number): Promise<MailEndpoint> {
  const receipts: Receipt[] = [];
  const attempts = new Map<string, number>();
  const sockets = new Set<Socket>();

  function take(taken: Taken, senderPort: number): Answer {
    const { to, raw } = taken;
    const key = headerOf(raw, 'Message-ID');
    const subject = headerOf(raw, 'Subject');
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const answer = answerTo(seed, subject, attempt);
    receipts.push({
      ...{ key, at: Date.now(), url: to, content: raw, body: subject, senderPort },
      succeeded: answer === accepted,
    });
    return answer;
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, (taken) => take(taken, socket.remotePort ?? 0));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${portOf(server)}`,
    receipts,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function answerTo(seed: number, subject: string, attempt: number): Answer {
  if (chanceOf(seed, `refused ${subject}`) < 0.05) return { text: '550 5.1.1 no such mailbox' };
  const chance = chanceOf(seed, `${subject} ${attempt}`);
  if (attempt > mostFailures || chance > 0.12) return accepted;
  return chance < 0.05 ? { reset: true } : { text: '451 4.3.0 try again later' };
}

/** Serves the commands of RFC 5321 that a client needs to send mails one after the other. */
function serve(socket: Socket, take: (taken: Taken) => Answer): void {
  let data: string[] | undefined;
  let unread = '';
  let to = '';
  const reply = (text: string) => socket.write(`${text}\r\n`);
  reply('220 ready');
  socket.setEncoding('latin1');
  socket.on('data', (piece) => {
    const lines = `${unread}${piece}`.split('\r\n');
    unread = lines.pop() ?? '';
    for (const line of lines) {
      if (data === undefined) {
        to = /^RCPT TO:<(.*?)>/i.exec(line)?.[1] ?? to;
        if (/^DATA$/i.test(line)) data = [];
        reply(data === undefined ? '250 ok' : '354 go on');
      } else if (line === '.') {
        const answer = take({ to, raw: data.join('\r\n') });
        data = undefined;
        if ('reset' in answer) socket.resetAndDestroy();
        else reply(answer.text);
      } else data.push(line);
    }
  });
}

function headerOf(raw: string, name: string): string {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(raw)?.[1]?.trim() ?? '';
}
