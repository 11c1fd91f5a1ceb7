import { DomainError } from '@drippulse/errors';
import { EchoRequestSchema, type Item, ItemSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJson } from './decode/decode-json.ts';
import { encodeJson } from './encode/encode-json.ts';
import { parseJson, stringifyJson } from './lossless.ts';
import { checkJsonText, jsonRows } from './rows.ts';

const safeKey = fc.string({ unit: 'grapheme' }).filter((key) => !/\0|^(?:__proto__|constructor|prototype)$/.test(key));
const safeString = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
const safeJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    safeString,
    fc.array(tie('value')),
    fc.dictionary(safeKey, tie('value')),
  ),
})).value;

/** JSON with characters added, removed or doubled: sometimes valid, mostly nearly valid. */
const mangled = fc
  .tuple(
    fc.json(),
    fc.array(
      fc.tuple(
        fc.nat(200),
        fc.constantFrom(
          '',
          '"',
          '\\',
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '\\u0000',
          '\\ud800',
          'e',
          '-',
          '0',
          '\0',
          '__proto__',
        ),
      ),
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((edited, [at, piece]) => edited.slice(0, at) + piece + edited.slice(at + 1), text),
  );

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function outcome(run: () => unknown): string {
  try {
    run();
    return 'read';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.reason;
  }
}

test('any JSON that can be stored comes back as JSON.parse reads it', () => {
  fc.assert(
    fc.property(safeJson, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const request = decodeJson(EchoRequestSchema, `{"name": "n", "item": {"extra": ${text}}}`, { method: 'POST' });
      const item = request.item as Item;
      const encoded = JSON.parse(encodeJson(ItemSchema, item));
      expect(encoded.extra).toEqual(JSON.parse(text));
      expect(stringifyJson(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test('any text is read or refused exactly where JSON.parse reads or refuses it, and never fails otherwise', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        mangled,
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      ),
      (text) => {
        const read = outcome(() => checkJsonText(text));
        expect(read === 'malformed_json').toBe(!parses(text));
        outcome(() => [...jsonRows(text)]);
        outcome(() => decodeJson(EchoRequestSchema, text, { method: 'POST', wrapper: 'probe' }));
        outcome(() => decodeJson(EchoRequestSchema, `{"item": ${text}}`, { method: 'PATCH' }));
      },
    ),
    { numRuns: 500 },
  );
});

test('any bytes are read or refused', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void outcome(() => checkJsonText(bytes))));
});

test('any message that decodes is written and decoded to itself', () => {
  const item = fc.record(
    {
      id: fc.maxSafeInteger(),
      name: safeString,
      color: fc.constantFrom('red', 'DARK_BLUE'),
      weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
      ready: fc.boolean(),
      count: fc.integer(),
      tags: fc.array(safeString),
      at: fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }),
      blob: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
      sizes: fc.dictionary(safeKey, fc.maxSafeInteger()),
      extra: safeJson,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(item, (members) => {
      const read = (text: string) => decodeJson(ItemSchema, text, { method: 'POST' });
      const once = read(JSON.stringify(members));
      expect(read(encodeJson(ItemSchema, once))).toEqual(once);
    }),
  );
});
