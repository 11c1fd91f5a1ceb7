import { unreadable } from '../../failure.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Byte order marks of the encodings. The decoders drop the mark. */
const marks: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

export const guessedEncoding =
  'The file is not UTF-8, so it was read as Windows-1252. Look at letters with accents, or save it as CSV in UTF-8.';

/** Converts the bytes of a file to UTF-8 as they arrive. */
export type Decoder = {
  write(chunk: Uint8Array): string;
  end(): string;
  /** Returns the encoding found so far. */
  encoding(): Encoding;
};

/**
 * Creates a decoder. The byte order mark determines the encoding. Without a mark, it is UTF-8, or Windows-1252 if the
 * bytes are not valid UTF-8. Refuses a file with both UTF-8 letters and invalid bytes, because either encoding would
 * garble some letters.
 */
export function createDecoder(): Decoder {
  let head: Uint8Array = new Uint8Array();
  let state: { encoding: Encoding; decoder: InstanceType<typeof TextDecoder>; isAscii: boolean } | undefined;
  /**
   * The last bytes so far that may begin an unfinished letter. They are decoded again if the encoding turns out to be
   * Windows-1252.
   */
  let open: Uint8Array = new Uint8Array();

  function begin(): string {
    const encoding =
      marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))?.encoding ?? unmarked(head);
    state = { encoding, decoder: new TextDecoder(encoding, { fatal: true }), isAscii: true };
    const bytes = head;
    head = new Uint8Array();
    return decode(bytes, true);
  }

  function decode(bytes: Uint8Array, more: boolean): string {
    if (state === undefined) throw new Error('nothing was read');
    try {
      const text = state.decoder.decode(bytes, { stream: more });
      if (state.isAscii) {
        state.isAscii = isAscii(text);
        open = tailOf(Buffer.concat([open, bytes]));
      }
      return text;
    } catch (cause) {
      if (state.encoding !== 'utf-8' || !state.isAscii || hasLetters(Buffer.concat([open, bytes]))) {
        throw unreadable('The file has bytes that are not text in its encoding. Save it as CSV in UTF-8.', cause);
      }
      // Everything before was ASCII, which is the same in both encodings.
      state = { encoding: 'windows-1252', decoder: new TextDecoder('windows-1252'), isAscii: false };
      return state.decoder.decode(Buffer.concat([open, bytes]), { stream: more });
    }
  }

  return {
    write(chunk) {
      if (state !== undefined) return decode(chunk, true);
      head = Buffer.concat([head, chunk]);
      return head.length < 64 ? '' : begin();
    },
    end() {
      const text = state === undefined ? begin() : '';
      return text + decode(new Uint8Array(), false);
    },
    encoding: () => state?.encoding ?? 'utf-8',
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is meant
const ascii = /^[\x00-\x7f]*$/;

function isAscii(text: string): boolean {
  return ascii.test(text);
}

/** Whether bytes contain non-ASCII letters in UTF-8, even if they are not valid UTF-8 as a whole. */
function hasLetters(bytes: Uint8Array): boolean {
  return !isAscii(new TextDecoder().decode(bytes).replaceAll('\ufffd', ''));
}

function tailOf(bytes: Uint8Array): Uint8Array {
  let from = bytes.length;
  while (from > 0 && (bytes[from - 1] ?? 0) > 0x7f) from -= 1;
  return bytes.subarray(from);
}

/** Detects the encoding of a file without a byte order mark. In UTF-16, most letters have a NUL next to them. */
function unmarked(head: Uint8Array): Encoding {
  const nuls = [0, 1].map((odd) => head.filter((byte, index) => index % 2 === odd && byte === 0).length);
  const [even = 0, odd = 0] = nuls;
  if (even === 0 && odd === 0) return 'utf-8';
  if (even === 0 && odd > head.length / 4) return 'utf-16le';
  if (odd === 0 && even > head.length / 4) return 'utf-16be';
  throw unreadable('The file is not text. Save it as CSV in UTF-8.');
}
