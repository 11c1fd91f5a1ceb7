import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isShortage, shortageError } from '@drippulse/errors';
import { redact } from '@drippulse/secrets';
import { gatherChunks } from './gather-chunks.ts';

export type Address = { name: string; address: string };

/** An attachment of a mail. */
export type Attachment = { filename: string; contentType: string; content: Buffer };

/**
 * A mail as nodemailer expects it. Addresses are objects, so that nodemailer does not parse them and finds no lists or
 * fields in them.
 */
export type Mail = {
  messageId: string;
  from: Address;
  to: Address;
  replyTo?: Address;
  envelope: { from: string; to: string };
  subject: string;
  html?: string;
  text: string;
  attachments?: Attachment[];
  /** Header `Date`. Default: the time of the attempt. Set it for a mail whose repeats must have equal bytes. */
  date?: Date;
  headers: Record<string, string>;
  baseBoundary: string;
  /** Signs the mail for a domain. */
  dkim?: { domainName: string; keySelector: string; privateKey: string };
};

/**
 * The mail server did not accept a mail. The message states the reason, without any credential that the server
 * repeated.
 */
export class MailFailure extends Error {
  /** Whether the server refused this mail for good. */
  readonly isRefused: boolean;

  constructor(message: string, isRefused: boolean) {
    super(message);
    this.name = 'MailFailure';
    this.isRefused = isRefused;
  }
}

/**
 * Sends one mail and returns the id that the mail server gave it, if any. Throws a MailFailure, or an `unavailable`
 * DomainError when this machine has run out of descriptors, ports or memory.
 */
export type Mailer = {
  from: string;
  send(key: string, mail: Mail, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
};

/** Time limit in milliseconds for sending one mail. */
export const mailTimeoutMs = 60_000;

const connectTimeoutMs = 10_000;
/**
 * The number of connections to the mail server equals the number of mails that may be in flight, so that no effect
 * waits inside nodemailer.
 */
const maxConnections = 40;

// The guard keeps the content of a template from making nodemailer read a file or fetch a URL.
const guard = { disableFileAccess: true, disableUrlAccess: true };

/**
 * Makes a mailer that sends by SMTP, or without `smtpUrl` writes files to `mailDir`. Undefined if both are missing.
 * nodemailer is loaded with the first mail, because a process without mails does not need its 7 MB.
 */
export function createMailer(config: {
  smtpUrl: string | undefined;
  mailFrom: string;
  mailDir: string | undefined;
}): Mailer | undefined {
  if (config.smtpUrl !== undefined) return smtpMailer(config.smtpUrl, config.mailFrom);
  return config.mailDir === undefined ? undefined : fileMailer(config.mailDir, config.mailFrom);
}

function smtpMailer(url: string, from: string): Mailer {
  let transport: ReturnType<typeof openPool> | undefined;
  const secrets = secretsIn(url);
  return {
    from,
    async send(_key, mail, signal) {
      transport ??= openPool(url);
      const { response } = await (await transport).sendMail({ ...mail, ...guard, signal }).catch((error: unknown) => {
        throw failureOf(error, secrets);
      });
      return /queued as (\S+)|\bid=(\S+)/i.exec(response)?.slice(1).find(Boolean);
    },
    close: async () => (await transport)?.close({ force: true }),
  };
}

/** Returns the secrets in the operator's login: the password, and the login in the form of `AUTH PLAIN`. */
function secretsIn(url: string): string[] {
  const { username, password } = new URL(url);
  if (password === '') return [];
  const [user, own] = [decodeURIComponent(username), decodeURIComponent(password)];
  return [own, `\0${user}\0${own}`];
}

/**
 * Converts a failure to a form that may be stored. The server's text may repeat the refused command, and a customer
 * reads the message. The text about a refused login is dropped, because it concerns only the operator. A 5xx is final
 * for this mail (RFC 5321, section 4.2.1), unless it concerns the login, which the operator may correct.
 */
function failureOf(error: unknown, secrets: readonly string[]): Error {
  if (isShortage(error)) return shortageError(error);
  const { responseCode, code } = smtpError(error);
  if (code === 'EAUTH') return new MailFailure('it refused the login of the platform', false);
  const isRefused = responseCode === undefined ? code === 'EENVELOPE' : responseCode >= 500;
  return new MailFailure(redact(error instanceof Error ? error.message : String(error), secrets), isRefused);
}

function smtpError(error: unknown): { responseCode?: number; code?: string } {
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('responseCode' in error && typeof error.responseCode === 'number' && { responseCode: error.responseCode }),
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
  };
}

async function openPool(url: string) {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    ...guard,
    url,
    pool: true,
    maxConnections,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    // The default of ten minutes would keep a connection long after the deadline of its mail.
    socketTimeout: mailTimeoutMs,
  });
  transport.use('stream', ({ message }, done) => {
    message.transform(() => gatherChunks());
    done();
  });
  return transport;
}

/** Makes a mailer that writes files. A repeat rewrites the file. A reader never sees a partly written file. */
function fileMailer(folder: string, from: string): Mailer {
  let transport: ReturnType<typeof openStream> | undefined;
  return {
    from,
    async send(key, mail) {
      transport ??= openStream();
      const { message } = await (await transport).sendMail({ ...mail, ...guard });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, fileNameOf(key));
      await writeFile(`${file}.part`, message, { mode: 0o600 });
      await rename(`${file}.part`, file);
      return undefined;
    },
    close: async () => (await transport)?.close(),
  };
}

async function openStream() {
  const { createTransport } = await import('nodemailer');
  return createTransport({ ...guard, streamTransport: true, buffer: true });
}

/**
 * Returns the file name for an effect key. The parts of a key are letters, digits, dots, dashes and underscores. The
 * colons between them are replaced, because some systems allow no colon in a name.
 */
function fileNameOf(key: string): string {
  return `${key.replaceAll(':', '_')}.eml`;
}
