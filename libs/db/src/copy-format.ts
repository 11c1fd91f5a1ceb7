/** Types of PostgreSQL that can be copied, and what stands for their values. A timestamp has milliseconds. */
type CopyTypes = {
  int4: number;
  int8: bigint;
  float8: number;
  timestamptz: Date;
  uuid: string;
  text: string;
  json: string;
};

/** The columns of a row in their order. */
export type CopyColumns = Readonly<Record<string, keyof CopyTypes>>;
export type CopyRow<C extends CopyColumns> = { readonly [Name in keyof C]: CopyTypes[C[Name]] | null };

/** Rows of one COPY, encoded as they come: what is added need not be kept. */
export type CopyBuffer<C extends CopyColumns> = {
  readonly columns: C;
  add(row: CopyRow<C>): void;
  count(): number;
  /** The rows in the binary format of COPY; none is added after it. */
  end(): Uint8Array;
};

/** A buffer that is written from its start, and grows. */
type Writer = { bytes: Buffer; view: DataView; at: number };
type WriteValue<T> = (writer: Writer, value: T) => void;

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Flags and the length of an extension, of which there are none. */
const header = Buffer.concat([signature, Buffer.alloc(8)]);
const startBytes = 64 * 1024;
const postgresEpochMs = 946_684_800_000;
/** The length of a field and a value of a fixed size. */
const maxFixedBytes = 4 + 16;
/** What no unit of a string exceeds in UTF-8. */
const maxUnitBytes = 3;

const writers: { readonly [Type in keyof CopyTypes]: WriteValue<CopyTypes[Type]> } = {
  int4(writer, value) {
    writeLength(writer, 4);
    writeInt4(writer, value);
  },
  int8: writeInt8,
  float8(writer, value) {
    writeLength(writer, 8);
    writer.view.setFloat64(writer.at, value);
    writer.at += 8;
  },
  timestamptz(writer, value) {
    writeInt8(writer, BigInt(value.getTime() - postgresEpochMs) * 1000n);
  },
  uuid(writer, value) {
    writeLength(writer, 16);
    writer.at += writer.bytes.write(value.replaceAll('-', ''), writer.at, 'hex');
  },
  text: writeText,
  json: writeText,
};

/** Of each row the number of its fields, of each field its length and its bytes. */
export function startCopy<C extends CopyColumns>(columns: C): CopyBuffer<C> {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, write: writers[type] as WriteValue<unknown> }));
  const writer: Writer = { ...allocate(startBytes), at: 0 };
  writer.at = header.copy(writer.bytes);
  let count = 0;
  return {
    columns,
    count: () => count,
    add(row) {
      count += 1;
      reserve(writer, 2);
      writeInt2(writer, fields.length);
      for (const { name, write } of fields) {
        reserve(writer, maxFixedBytes);
        const value = row[name];
        if (value === null) writeLength(writer, -1);
        else write(writer, value);
      }
    },
    end() {
      reserve(writer, 2);
      writeInt2(writer, -1);
      return writer.bytes.subarray(0, writer.at);
    },
  };
}

function allocate(byteLength: number): Pick<Writer, 'bytes' | 'view'> {
  const bytes = Buffer.allocUnsafeSlow(byteLength);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, byteLength) };
}

function writeInt2(writer: Writer, value: number): void {
  writer.view.setInt16(writer.at, value);
  writer.at += 2;
}

function writeInt4(writer: Writer, value: number): void {
  writer.view.setInt32(writer.at, value);
  writer.at += 4;
}

function writeLength(writer: Writer, length: number): void {
  writeInt4(writer, length);
}

function writeInt8(writer: Writer, value: bigint): void {
  writeLength(writer, 8);
  writer.view.setBigInt64(writer.at, value);
  writer.at += 8;
}

function writeText(writer: Writer, value: string): void {
  reserve(writer, 4 + value.length * maxUnitBytes);
  const length = writer.bytes.write(value, writer.at + 4);
  writeLength(writer, length);
  writer.at += length;
}

function reserve(writer: Writer, count: number): void {
  const { bytes, at } = writer;
  if (at + count <= bytes.byteLength) return;
  Object.assign(writer, allocate(Math.max(bytes.byteLength * 2, at + count)));
  bytes.copy(writer.bytes, 0, 0, at);
}
