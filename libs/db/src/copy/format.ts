import { type Chunk, contentOf, giveBack, startChunk } from './chunks.ts';

/** The PostgreSQL types that can be copied, each with the type of its values. Timestamps have millisecond precision. */
type CopyTypes = {
  bool: boolean;
  int4: number;
  int8: bigint;
  float8: number;
  timestamptz: Date;
  uuid: string;
  text: string;
  json: string;
};

/** The types of a row's columns, by the name of the column, in order. */
export type CopyColumns = Readonly<Record<string, keyof CopyTypes>>;
export type CopyRow<C extends CopyColumns> = { readonly [Name in keyof C]: CopyTypes[C[Name]] | null };

/** The rows of one COPY. Each row is encoded when it is added, so that the caller need not keep it. */
export type CopyBuffer<Row, Fixed = never> = {
  /** The columns in the order in which they are copied. */
  names: readonly string[];
  add(row: Row): void;
  /** Changes the values of the fixed columns for the rows that are added afterwards. */
  fix(fixed: Fixed): void;
  count(): number;
  /** Returns the rows in the binary format of COPY. No row may be added afterwards. */
  end(): Chunk[];
};

/** Fills one chunk after another. */
type Writer = { full: Chunk[]; chunk: Chunk };
type WriteValue<T> = (writer: Writer, value: T) => void;
type Field = { name: string; write: WriteValue<unknown> };

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** The header of the format: the signature, no flags, and no extension. */
const header = Buffer.concat([signature, Buffer.alloc(8)]);
const postgresEpochMs = 946_684_800_000;
/** Bytes of the largest field of fixed size: its length, then a UUID. */
const maxFixedBytes = 4 + 16;
/** The maximum number of UTF-8 bytes for one UTF-16 code unit of a string. */
const maxUnitBytes = 3;
/** The bytes of a string shorter than this are not counted in advance, because reserving the maximum is cheap. */
const shortText = 1000;

const writers: { readonly [Type in keyof CopyTypes]: WriteValue<CopyTypes[Type]> } = {
  bool({ chunk }, value) {
    chunk.view.setInt32(chunk.length, 1);
    chunk.view.setUint8(chunk.length + 4, value ? 1 : 0);
    chunk.length += 5;
  },
  int4(writer, value) {
    writeInt4(writer, 4);
    writeInt4(writer, value);
  },
  int8: writeInt8,
  float8({ chunk }, value) {
    chunk.view.setInt32(chunk.length, 8);
    chunk.view.setFloat64(chunk.length + 4, value);
    chunk.length += 12;
  },
  timestamptz(writer, value) {
    writeInt8(writer, BigInt(value.getTime() - postgresEpochMs) * 1000n);
  },
  uuid(writer, value) {
    writeInt4(writer, 16);
    const { chunk } = writer;
    chunk.length += chunk.bytes.write(value.replaceAll('-', ''), chunk.length, 'hex');
  },
  text: writeText,
  json: writeText,
};

/**
 * Starts a COPY of these columns. The columns of `fixed` have the same values in all rows until `fix` changes them. The
 * values of `fixed` are encoded once, and rows are added without them.
 */
export function startCopy<C extends CopyColumns, Fixed extends keyof C = never>(
  columns: C,
  fixed: Pick<CopyRow<C>, Fixed>,
): CopyBuffer<Omit<CopyRow<C>, Fixed>, Pick<CopyRow<C>, Fixed>> {
  const all = Object.entries(columns).map(([name, type]) => ({ name, write: writers[type] as WriteValue<unknown> }));
  const [shared = [], own = []] = [true, false].map((isFixed) => all.filter(({ name }) => name in fixed === isFixed));
  // A row is the number of its fields, then the length and bytes of each field.
  const beginningOf = (values: Pick<CopyRow<C>, Fixed>) =>
    encoded((writer) => {
      writeInt2(writer, all.length);
      writeFields(writer, shared, values);
    });
  let beginning = beginningOf(fixed);
  const writer = startWriter();
  writeBytes(writer, header);
  let count = 0;
  return {
    names: [...shared, ...own].map(({ name }) => name),
    count: () => count,
    add(row) {
      count += 1;
      writeBytes(writer, beginning);
      writeFields(writer, own, row);
    },
    fix(values) {
      beginning = beginningOf(values);
    },
    end() {
      writeInt2(writer, -1);
      return chunksOf(writer);
    },
  };
}

function encoded(write: (writer: Writer) => void): Uint8Array {
  const writer = startWriter();
  write(writer);
  const chunks = chunksOf(writer);
  const bytes = Buffer.concat(chunks.map(contentOf));
  giveBack(chunks);
  return bytes;
}

function startWriter(): Writer {
  return { full: [], chunk: startChunk(0) };
}

function chunksOf({ full, chunk }: Writer): Chunk[] {
  return [...full, chunk];
}

function reserve(writer: Writer, count: number): void {
  const { chunk } = writer;
  if (chunk.length + count <= chunk.bytes.byteLength) return;
  writer.full.push(chunk);
  writer.chunk = startChunk(count);
}

function writeFields(writer: Writer, fields: readonly Field[], row: Readonly<Record<string, unknown>>): void {
  for (const { name, write } of fields) {
    reserve(writer, maxFixedBytes);
    const value = row[name];
    if (value === null) writeInt4(writer, -1);
    else write(writer, value);
  }
}

function writeBytes(writer: Writer, bytes: Uint8Array): void {
  reserve(writer, bytes.byteLength);
  const { chunk } = writer;
  chunk.bytes.set(bytes, chunk.length);
  chunk.length += bytes.byteLength;
}

function writeInt2(writer: Writer, value: number): void {
  reserve(writer, 2);
  const { chunk } = writer;
  chunk.view.setInt16(chunk.length, value);
  chunk.length += 2;
}

function writeInt4({ chunk }: Writer, value: number): void {
  chunk.view.setInt32(chunk.length, value);
  chunk.length += 4;
}

function writeInt8({ chunk }: Writer, value: bigint): void {
  chunk.view.setInt32(chunk.length, 8);
  chunk.view.setBigInt64(chunk.length + 4, value);
  chunk.length += 12;
}

function writeText(writer: Writer, value: string): void {
  reserve(writer, 4 + (value.length < shortText ? value.length * maxUnitBytes : Buffer.byteLength(value)));
  const { chunk } = writer;
  const length = chunk.bytes.write(value, chunk.length + 4);
  writeInt4(writer, length);
  chunk.length += length;
}
