import { SMTPServer } from 'smtp-server';
import type { Accepted } from './start-sink.ts';

// The mail server, in a separate process so that its work does not count as the platform's. It accepts every mail and
// discards it. On request, it reports the mails that it has accepted since the last request to its parent.
let accepted: Accepted[] = [];

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, { envelope }, callback) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const raw = Buffer.concat(chunks);
      const head = raw.toString('latin1', 0, raw.indexOf('\r\n\r\n'));
      const messageId = /^message-id: (\S+)/im.exec(head)?.[1] ?? '';
      accepted.push({ messageId, to: envelope.rcptTo[0]?.address ?? '', bytes: raw.length, at: Date.now() });
      callback(null, `2.0.0 Ok: queued as SINK${accepted.length}`);
    });
  },
});
// Ignores errors of a client that drops its connection, because they are not failures of the server.
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', () => {
  process.send?.(accepted);
  accepted = [];
});
process.on('disconnect', () => process.exit());
