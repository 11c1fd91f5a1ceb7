import { DomainError } from '@drippulse/errors';
import { CrmContactSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import {
  fuzzTimeoutMs,
  hostileJson,
  hostileTexts,
  hostileValues,
  inRounds,
  startCounting,
} from '@drippulse/testing/hostile';
import { afterAll, test } from '@jest/globals';

// Imports the code only after the counting has started, so that its work is counted.
const counting = startCounting();
const { readBundle } = await import('../src/imports/read-bundle.ts');
const { readCsv } = await import('../src/imports/csv/read-csv.ts');
const { readSubmission } = await import('../src/lead-forms/read-submission.ts');

afterAll(() => counting.stop());

const sizes = [2_000, 32_000];
const base = 100_000;
const blocksPerCharacter = 300;

async function requireBounded(name: string, text: string, read: (text: string) => Promise<void>): Promise<void> {
  const blocks = await counting.workOf(async () => {
    try {
      await read(text);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  });
  if (blocks <= base + blocksPerCharacter * text.length) return;
  throw new Error(`${name}: ${blocks} blocks for ${text.length} characters, such as ${text.slice(0, 100)}`);
}

async function drain(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _row of rows);
}

/** Yields the text in pieces, like an upload. */
async function* pieces(text: string, bytes: number) {
  const all = Buffer.from(text);
  for (let start = 0; start < all.length; start += bytes) yield all.subarray(start, start + bytes);
}

test(
  'hostile input: bundles are cut into rows with work in proportion to their length',
  () =>
    inRounds(async (random) => {
      const values = hostileValues(random).map(({ name, make }) => ({
        name,
        make: (size: number) => JSON.stringify(make(size)),
      }));
      for (const { name, make } of random.some([...hostileJson, ...values], 6)) {
        for (const size of sizes) {
          const text = random.pick([
            make(size),
            `{"leads":[${make(size)}]}`,
            `{"leads":${make(size)}}`,
            `{"x":{"y":${make(size)}}}`,
          ]);
          await requireBounded(`a bundle of ${name}`, text, (given) => drain(readBundle(pieces(given, 1_000))));
        }
      }
    }),
  fuzzTimeoutMs,
);

test(
  'hostile input: files of CSV are read with work in proportion to their length',
  () =>
    inRounds(async (random) => {
      const columns = {
        name: 'columns',
        make: (size: number) => Array.from({ length: size / 9 }, (_, index) => `custom.${index}`).join(),
      };
      const shapes = [columns, ...random.some([...hostileTexts, ...hostileJson], 5)];
      for (const { name, make } of shapes) {
        for (const size of sizes) {
          const quoted = `"${make(size).replaceAll('"', '""')}"`;
          const text = random.pick([
            make(size),
            `email,custom\n${make(size)}`,
            `email,custom\na@b.c,${quoted}\n`,
            `${quoted},email\n`,
          ]);
          await requireBounded(`a file of ${name}`, text, (given) =>
            drain(
              readCsv({
                collection: 'contacts',
                desc: CrmContactSchema,
                defined: [],
                chunks: pieces(given, 1_000),
                contentType: 'text/csv',
              }),
            ),
          );
        }
      }
    }),
  fuzzTimeoutMs,
);

test(
  'hostile input: submissions of forms are read with work in proportion to their length',
  () =>
    inRounds(async (random) => {
      for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b']) {
        for (const { name, make } of random.some([...hostileTexts, ...hostileJson], 4)) {
          const size = random.pick(sizes);
          const part = `--b\r\nContent-Disposition: form-data; name="${random.pick(['a', make(200)])}"\r\n\r\n${make(size)}\r\n--b--\r\n`;
          const text = type.startsWith('multipart') ? random.pick([part, make(size)]) : make(size);
          await requireBounded(
            `${type} of ${name}`,
            text,
            async (given) => void (await readSubmission(type, Buffer.from(given))),
          );
        }
      }
    }),
  fuzzTimeoutMs,
);
