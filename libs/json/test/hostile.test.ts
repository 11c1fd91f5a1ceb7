import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { getOption, hasOption } from '@bufbuild/protobuf';
import { DomainError } from '@drippulse/errors';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { publicServices } from '@drippulse/proto/public-services';
import {
  fuzzTimeoutMs,
  hostileJson,
  hostileValues,
  inRounds,
  type Random,
  startCounting,
} from '@drippulse/testing/hostile';
import { afterAll, expect, test } from '@jest/globals';

// The code is imported after counting has started, so that its work is counted.
const counting = startCounting();
const { checkJsonText, decodeJson, jsonRows, parseJson, stringifyJson } = await import('../src/index.ts');

afterAll(() => counting.stop());

const sizes = [2_000, 32_000];
const base = 50_000;
const blocksPerCharacter = 40;

/**
 * Runs a parser on a string. The parser must read or refuse the string, and its work must be in proportion to the
 * string's length.
 */
async function requireBounded(name: string, text: string, parse: (text: string) => unknown): Promise<void> {
  const blocks = await counting.workOf(() => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof DomainError) && !(error instanceof SyntaxError)) throw error;
    }
  });
  if (blocks <= base + blocksPerCharacter * text.length) return;
  throw new Error(`${name}: ${blocks} blocks for ${text.length} characters, such as ${text.slice(0, 100)}`);
}

/** The methods of all routes with a body, taken from the protos, so that new methods are included. */
const requests = publicServices.flatMap(({ methods }) =>
  methods.flatMap(({ input, name, ...method }) => {
    if (!hasOption({ ...method, input, name }, http)) return [];
    const { pattern } = getOption({ ...method, input, name }, http);
    const isBody = pattern.case === 'post' || pattern.case === 'patch' || pattern.case === 'put';
    return isBody && !isUpload(input) ? [{ name, input, method: pattern.case?.toUpperCase() ?? '' }] : [];
  }),
);

/** Whether the body is an upload, which is not JSON. */
function isUpload({ fields }: DescMessage): boolean {
  return fields.some(({ message }) => message?.typeName === 'google.api.HttpBody');
}

/** Makes bodies with one hostile member, and hostile bodies as a whole. */
function bodyOf(random: Random, { fields }: DescMessage, size: number): { name: string; text: string } {
  const field = fields.length === 0 ? undefined : random.pick(fields);
  const broken = random.pick(hostileJson);
  if (field === undefined || random.below(4) === 0) return { name: broken.name, text: broken.make(size) };
  if (random.below(2) === 0)
    return { name: `${field.name}: ${broken.name}`, text: `{"${field.name}":${broken.make(size)}}` };
  const value = random.pick(hostileValues(random));
  return { name: `${field.name}: ${value.name}`, text: `{"${field.name}":${valueIn(field, value.make(size))}}` };
}

/**
 * Returns the JSON of a field's value. For a list field the value is repeated many times, so that its elements are read
 * too.
 */
function valueIn(field: DescField, value: unknown): string {
  return JSON.stringify(field.fieldKind === 'list' ? [value, value] : value);
}

test(
  'hostile input: the body of every route is read or refused with work in proportion to its length',
  () =>
    inRounds(async (random) => {
      expect(requests.length).toBeGreaterThan(40);
      for (const { name, input, method } of requests) {
        const body = bodyOf(random, input, random.pick(sizes));
        await requireBounded(`${name}, ${body.name}`, body.text, (text) => decodeJson(input, text, { method }));
      }
    }),
  fuzzTimeoutMs,
);

test(
  'hostile input: free JSON is checked, cut into rows and parsed with work in proportion to its length',
  () =>
    inRounds(async (random) => {
      const values = hostileValues(random).map(({ name, make }) => ({
        name,
        make: (size: number) => JSON.stringify(make(size)),
      }));
      for (const { name, make } of random.some([...hostileJson, ...values], 6)) {
        for (const size of sizes) {
          await requireBounded(`rows of ${name}`, make(size), (text) => [...jsonRows(text)]);
          await requireBounded(`a check of ${name}`, make(size), (text) => checkJsonText(text));
          // Only text that passed the check is parsed, because endless opening brackets are nested too deeply for the
          // parser.
          await requireBounded(`a value of ${name}`, make(size), (text) => {
            checkJsonText(text);
            stringifyJson(parseJson(text));
          });
        }
      }
    }),
  fuzzTimeoutMs,
);
