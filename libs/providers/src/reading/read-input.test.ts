import { type JsonObject, parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Action } from '../actions.ts';
import { checkPayload } from './check-payload.ts';
import { inputSentence, readInput } from './read-input.ts';
import { namesReceivers, receiversOf, writesTo } from './receivers.ts';

const input = z.strictObject({
  email: z.email(),
  name: z.string().min(1).max(10).optional(),
  note: z.string().nullable().optional(),
  amount: z.number().min(0).optional(),
  paid: z.boolean().optional(),
  tags: z.array(z.string()).max(3).optional(),
  ids: z.array(z.number()).optional(),
  kind: z.enum(['call', 'task']).default('task'),
  fields: z.record(z.string(), z.unknown()).optional(),
  place: z.strictObject({ street: z.string(), number: z.number().optional() }).optional(),
  channel: z.union([z.number(), z.string()]).optional(),
});
const action = { input };
const object = (text: string) => parseJson(text) as JsonObject;

test.each([
  ['{"email":"a@b.co"}', { email: 'a@b.co', kind: 'task' }],
  ['{"email":"a@b.co","amount":"12.50","paid":"True"}', { amount: 12.5, paid: true }],
  ['{"email":"a@b.co","amount":7.0,"name":12}', { amount: 7, name: '12' }],
  ['{"email":"a@b.co","note":null}', { note: null }],
  ['{"email":"a@b.co","tags":"a, b,,c"}', { tags: ['a', 'b', 'c'] }],
  ['{"email":"a@b.co","tags":["x",""],"ids":"1,2"}', { tags: ['x'], ids: [1, 2] }],
  ['{"email":"a@b.co","ids":"[1,2]","kind":"CALL"}', { ids: [1, 2], kind: 'call' }],
  ['{"email":"a@b.co","fields":{"a__c":1.50,"b":""}}', { fields: { a__c: 1.5 } }],
  ['{"email":"a@b.co","place":{"street":"Main","number":"4"}}', { place: { street: 'Main', number: 4 } }],
  ['{"email":"a@b.co","channel":"#sales"}', { channel: '#sales' }],
])('%s is read as the schema says', (text, expected) => {
  const read = readInput(action, object(text));
  expect('input' in read && read.input).toMatchObject(expected);
});

test('an empty text counts as not given', () => {
  const read = readInput(action, object('{"email":"a@b.co","name":"","note":" ","tags":""}'));
  expect('input' in read && read.input).toEqual({ email: 'a@b.co', kind: 'task' });
});

test.each([
  ['{}', 'email is required'],
  ['{"email":""}', 'email is required'],
  ['{"email":"nobody"}', 'email must be an email address'],
  ['{"email":"a@b.co","nmae":"x"}', 'nmae is not a field of this action; did you mean name?'],
  ['{"email":"a@b.co","amount":"much"}', 'amount must be a number'],
  ['{"email":"a@b.co","amount":-1}', 'amount must be at least 0'],
  ['{"email":"a@b.co","kind":"visit"}', 'kind must be one of call, task'],
  ['{"email":"a@b.co","name":null}', 'name must be a string'],
  ['{"email":"a@b.co","tags":"a,b,c,d"}', 'tags must have at most 3 items'],
])('%s is refused: %s', (text, sentence) => {
  const read = readInput(action, object(text));
  expect('problems' in read && inputSentence(read.problems)).toBe(sentence);
});

test.each([
  ['{"email":"{{ email }}","amount":"{{ score }}","kind":"{% if x %}call{% endif %}"}', ''],
  ['{"email":"{{ email }}","nmae":"{{ x }}"}', 'nmae is not a field of this action; did you mean name?'],
  ['{"amount":"{{ score }}"}', 'email is required'],
  ['{"email":"{{ email }}","amount":"much"}', 'amount must be a number'],
  [
    '{"email":"{{ email }}","place":{"stret":"{{ x }}"}}',
    'place.stret is not a field of this action; did you mean street?, place.street is required',
  ],
  ['{"email":"{{ email }}","tags":["{{ a }}","b"]}', ''],
])('before it is rendered, only names and literals of %s are judged', (text, sentence) => {
  expect(inputSentence(checkPayload(action, object(text)))).toBe(sentence);
});

test('the people whom an action reaches are those in its fields for addresses, each once', () => {
  expect(
    receiversOf({ to: 'Ada <ada@example.com>', cc: ['ADA@example.com', 'b@example.com'], subject: 'x@y.zz' }),
  ).toEqual(['ada@example.com', 'b@example.com']);
  expect(receiversOf({ user: 'U123' })).toEqual([]);
});

test('an action writes to those whom it names, to somebody unnamed where it has no field for them, and else to nobody', () => {
  const writer = (shape: Record<string, z.ZodType>, more: Partial<Action> = {}) =>
    ({ input: z.strictObject(shape), reaches: 'people', ...more }) as Action; // the tested code reads no other member
  const invites = writer({ attendees: z.array(z.string()) }, { writing: { when: ({ notify }) => notify === 'all' } });
  expect(writesTo(invites, { attendees: ['ada@example.com'], notify: 'all' })).toEqual(['ada@example.com']);
  expect(writesTo(invites, { attendees: ['ada@example.com'] })).toBeUndefined();
  expect(writesTo(invites, { notify: 'all' })).toBeUndefined();
  expect(writesTo(writer({ message_id: z.string() }), { message_id: '1' })).toEqual([]);
  const { reaches: _, ...silent } = writer({ to: z.string() });
  expect(writesTo(silent, { to: 'ada@example.com' })).toBeUndefined();
});

test('an action without a field for addresses names nobody, so that nothing can be asked about its receivers', () => {
  expect(namesReceivers({ input })).toBe(true);
  expect(namesReceivers({ input: z.strictObject({ message_id: z.string() }) })).toBe(false);
});
