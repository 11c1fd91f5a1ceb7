import type { Writable } from 'node:stream';
import pg from 'pg';
import { type Chunk, messageOf } from './chunks.ts';

/** The part of pg's connection that a COPY needs. */
type CopyConnection = {
  stream: Writable;
  query(text: string): void;
  endCopyFrom(): void;
};

/** A query of pg that sends a COPY statement and its data. */
export function copyQuery(text: string, chunks: readonly Chunk[]): pg.Query {
  return Object.assign(new pg.Query(text), {
    // The data follow the statement at once; a server that refuses the statement skips them. The chunks are written
    // unchanged, because pg would copy each of them once more.
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
