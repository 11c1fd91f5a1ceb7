import { DomainError } from '@drippulse/errors';

/** Byte order marks and their encodings. The decoders drop the mark. */
const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/**
 * Decodes an upload by its byte order mark, else by the `charset` of its content type, else as UTF-8. Invalid bytes are
 * refused, because replacement characters would stay in the records.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, contentType: string): AsyncGenerator<string> {
  let head: Uint8Array = new Uint8Array();
  let decode: ReturnType<typeof createDecoder> | undefined;
  for await (const chunk of chunks) {
    if (decode !== undefined) {
      yield decode(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < 4) continue;
    decode = createDecoder(encodingOf(head, contentType));
    yield decode(head);
  }
  decode ??= createDecoder(encodingOf(head, contentType));
  yield decode(head.length < 4 ? head : undefined, true);
}

function encodingOf(head: Uint8Array, contentType: string): string {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (mark !== undefined) return mark.encoding;
  if (head.subarray(0, 4).includes(0)) {
    throw new DomainError(
      'invalid',
      'encoding_unknown',
      'The file is not text, or UTF-16 without a byte order mark. Save it as CSV in UTF-8.',
    );
  }
  return /;\s*charset="?([^";\s]+)/i.exec(contentType)?.[1] ?? 'utf-8';
}

function createDecoder(encoding: string): (bytes: Uint8Array | undefined, isLast?: boolean) => string {
  const decoder = decoderOf(encoding);
  return (bytes, isLast = false) => {
    try {
      return decoder.decode(bytes, { stream: !isLast });
    } catch (cause) {
      const message =
        `The file is not ${decoder.encoding.toUpperCase()}: it may be Latin-1 or Windows-1252. ` +
        'Save it as CSV in UTF-8, or name its charset in the Content-Type.';
      throw new DomainError('invalid', 'encoding_mismatch', message, { cause });
    }
  };
}

function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    const message = `The charset ${encoding} is not supported. Save the file as CSV in UTF-8.`;
    throw new DomainError('invalid', 'encoding_unknown', message, { cause });
  }
}
