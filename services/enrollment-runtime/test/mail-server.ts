import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

export type ReceivedMail = { from: string; to: string[]; raw: string; parsed: ParsedMail };

/** The reply that refuses the next mail. */
export type Refusal = { code: number; message: string };

/** Starts a mail server on 127.0.0.1 that keeps the mails that it gets. */
export async function startMailServer() {
  const mails: ReceivedMail[] = [];
  const refusals: Refusal[] = [];
  /** Replies to the next mails to an address. */
  const refusalsTo = new Map<string, Refusal[]>();
  /** The delay in milliseconds before the server accepts a mail, and a promise for which it waits before it replies. */
  const pace: { delayMs: number; until?: Promise<void> } = { delayMs: 0 };
  let connections = 0;
  const take = async (stream: AsyncIterable<Buffer>, { mailFrom, rcptTo }: SMTPServerSession['envelope']) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    if (pace.delayMs > 0) await setTimeout(pace.delayMs);
    const raw = Buffer.concat(chunks).toString();
    const from = mailFrom === false ? '' : mailFrom.address;
    mails.push({ from, to: rcptTo.map(({ address }) => address), raw, parsed: await simpleParser(raw) });
    await pace.until;
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onConnect(_session, callback) {
      connections += 1;
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      const refusal = refusalsTo.get(address)?.shift() ?? refusals.shift();
      callback(refusal && Object.assign(new Error(refusal.message), { responseCode: refusal.code }));
    },
    onData(stream, session, callback) {
      take(stream, session.envelope).then(
        () => callback(null, `2.0.0 Ok: queued as MAIL${mails.length}`),
        (error: Error) => callback(error),
      );
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refusals,
    refusalsTo,
    pace,
    connections: () => connections,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
