import { setImmediate as nextRound } from 'node:timers/promises';
import { DomainError } from '@drippulse/errors';
import { EchoRequestSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJson, decodeJsonInTurns } from './decode/decode-json.ts';
import { partLength } from './parts.ts';

const options = { method: 'POST' };

/** Counts the rounds of the event loop while a body is read. */
async function roundsWhile(reading: Promise<unknown>): Promise<number> {
  let rounds = 0;
  let isOver = false;
  const done = reading.then(
    () => undefined,
    () => undefined,
  );
  void done.then(() => {
    isOver = true;
  });
  for (; !isOver; rounds += 1) await nextRound();
  return rounds;
}

const long = 40 * partLength;
const repeated = (text: string) =>
  Array(Math.ceil(long / (text.length + 1)))
    .fill(text)
    .join();

test.each([
  ['rows', `"rows": [${repeated('{"a": "b", "c": [1, null]}')}]`],
  ['a row that is one long text', `"rows": ["${'x'.repeat(long)}"]`],
  ['a row with a long key', `"rows": [{"${'x'.repeat(long)}": 1}]`],
  ['free JSON', `"item": {"extra": [${repeated('"\\u00e9"')}]}`],
  ['a text', `"fail": "${'x'.repeat(long)}"`],
  ['a list', `"item": {"tags": [${repeated('"x"')}]}`],
  ['messages', `"item": {"children": [${repeated('{}')}]}`],
  ['a map', `"item": {"sizes": {${repeated('"x": 1')}}}`],
  ['members again and again', repeated('"id": 1')],
  ['an unknown member', `"x": [${repeated('1')}]`],
  ['a member of another kind', `"id": [${repeated('1')}]`],
  ['much that cannot be stored', `"item": {"extra": [${repeated('"\\u0000"')}]}`],
])('while a large body is read, others have their turns: %s', async (_, members) => {
  const body = Buffer.from(`{"name": "n", ${members}}`);
  expect(await roundsWhile(decodeJsonInTurns(EchoRequestSchema, body, options))).toBeGreaterThan(30);
});

test('a small body is read at once', async () => {
  const body = Buffer.from('{"name": "n", "rows": [1]}');
  expect(await roundsWhile(decodeJsonInTurns(EchoRequestSchema, body, options))).toBeLessThan(2);
});

const piece = fc.constantFrom('"a"', '"\\u00e9\\n"', '"é"', '"\\u0000"', '"\\ud83d\\ude00"', '"\\ud800"', '"😀"', '{}');
const key = fc.constantFrom('"k"', '"\\u006b"', '"__proto__"', '"constructor"', '"\\u0000"');
const other = fc.constantFrom(
  '1.50',
  '-0',
  '[]',
  'null',
  'true',
  '[1 , {"b":[]}]',
  '01',
  'nul',
  '{"a"}',
  '"',
  ',',
  ' ',
);
const member = fc.tuple(key, fc.oneof({ weight: 4, arbitrary: piece }, other)).map((parts) => parts.join(':'));

test('wherever a part ends, a body means what it does in one part', async () => {
  const read = async (members: string, length: number) => {
    const pad = ' '.repeat(length);
    const text = `{${pad}"name":"n","item":{"extra":{${members}},"sizes":{"é":1},"tags":["x"]},"rows":[{${members}}]}`;
    try {
      return await decodeJsonInTurns(EchoRequestSchema, Buffer.from(text), options);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const message = error.message.replace(/\d+$/, (at) => String(Number(at) - length));
      return { reason: error.reason, message, violations: error.violations };
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(member, { maxLength: 6 }), fc.nat(200), async (members, before) => {
      const text = members.join();
      expect(await read(text, partLength - before)).toEqual(await read(text, 0));
    }),
    { numRuns: 500 },
  );
});

test.each(['', '\ufeff'])('rows that are most of a body are the bytes that came, behind the mark %j', async (mark) => {
  const rows = `[${Array(10).fill('"é😀"').join()}]`;
  const body = Buffer.from(`${mark}{"name": "ü", "rows": ${rows}, "fail": "ö"}`);
  const { name, rows: read, fail } = decodeJson(EchoRequestSchema, body, options);
  expect([name, Buffer.from(read ?? []).toString(), fail]).toEqual(['ü', rows, 'ö']);
  expect(read?.buffer).toBe(body.buffer);
});
