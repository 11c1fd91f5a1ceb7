import type { Writable } from 'node:stream';
import pg from 'pg';
import { type Chunk, messageOf } from './chunks.ts';

/** The part of pg's connection that a COPY needs. */
type CopyConnection = {
  stream: Writable;
  query(text: string): void;
  endCopyFrom(): void;
};

/** Makes a pg query that sends a COPY statement and its data. */
export function copyQuery(text: string, chunks: readonly Chunk[]): pg.Query {
  return Object.assign(new pg.Query(text), {
    // Sends the statement and then the data, without waiting in between; a server that refuses the statement skips the
    // data. The chunks are written directly to the stream, because pg would copy each chunk once more.
    submit(connection: CopyConnection) {
      connection.stream.cork();
      connection.query(text);
      for (const chunk of chunks) connection.stream.write(messageOf(chunk));
      connection.endCopyFrom();
      connection.stream.uncork();
    },
    handleCopyInResponse() {},
  });
}
