import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { eventually } from '@drippulse/testing';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** Starts a mail server on 127.0.0.1 that stores its mails. */
export async function startMailServer() {
  const mails: { to: string; parsed: ParsedMail }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, { envelope }, callback) {
      simpleParser(stream).then(
        (parsed) => {
          mails.push({ to: envelope.rcptTo[0]?.address ?? '', parsed });
          callback(null);
        },
        (error: Error) => callback(error),
      );
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo; // not a string, because the server listens on a port
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    /** Waits until there are `count` mails to an address, and returns the last one. */
    async mailTo(address: string, count = 1): Promise<ParsedMail> {
      const own = () => mails.filter(({ to }) => to === address);
      await eventually(() => {
        if (own().length < count) throw new Error(`${own().length} mails to ${address}`);
      });
      const last = own().at(-1);
      if (last === undefined || own().length !== count) throw new Error(`${own().length} mails to ${address}`);
      return last.parsed;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Returns the token of the link in a mail. */
export function tokenOf({ text = '' }: ParsedMail): string {
  const token = /#token=([\w-]+)/.exec(text)?.[1];
  if (token === undefined) throw new Error(`no link in ${text}`);
  return token;
}
