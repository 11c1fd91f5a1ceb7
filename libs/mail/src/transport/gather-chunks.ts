import { Transform } from 'node:stream';

const gatheredBytes = 65_536;

/**
 * Joins the pieces of a mail, because nodemailer emits each header, boundary and body as its own piece. Writing each
 * piece to the connection separately would take longer than making the mail.
 */
export function gatherChunks(): Transform {
  let chunks: Buffer[] = [];
  let bytes = 0;
  const flush = (stream: Transform) => {
    if (bytes > 0) stream.push(Buffer.concat(chunks, bytes));
    chunks = [];
    bytes = 0;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= gatheredBytes) flush(this);
      done();
    },
    flush(done) {
      flush(this);
      done();
    },
  });
}
