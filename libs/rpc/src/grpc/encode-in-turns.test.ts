import { create, fromBinary } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { CrmContactSchema, ListCrmContactsResponseSchema } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { expect, test } from '@jest/globals';
import { encodeInTurns } from './encode-in-turns.ts';

const isHere = () => false;
const listOf = (count: number, bytes: number) =>
  create(ListCrmContactsResponseSchema, {
    totalCount: BigInt(count),
    contacts: Array.from({ length: count }, (_, index) => ({ id: `c${index}`, custom: new Uint8Array(bytes) })),
  });

test('a list is encoded with all of its fields, and a message without a list too', async () => {
  const list = listOf(3, 10);
  expect(
    fromBinary(ListCrmContactsResponseSchema, await encodeInTurns(ListCrmContactsResponseSchema, list, isHere)),
  ).toEqual(list);
  const contact = create(CrmContactSchema, { id: 'c', email: 'a@example.com' });
  expect(fromBinary(CrmContactSchema, await encodeInTurns(CrmContactSchema, contact, isHere))).toEqual(contact);
});

test('others have their turn while a list of megabytes is encoded, and not for a small one', async () => {
  const turnsWhile = async (work: Promise<unknown>) => {
    let [turns, isOver] = [0, false];
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await work;
    isOver = true;
    return turns;
  };
  const encode = (count: number, bytes: number) =>
    turnsWhile(encodeInTurns(ListCrmContactsResponseSchema, listOf(count, bytes), isHere));
  expect(await encode(20, 100)).toBe(0);
  expect(await encode(100, 60_000)).toBeGreaterThan(15);
});

test('an answer that nobody waits for any more is encoded no further than the turn', async () => {
  let asked = 0;
  const isGone = () => {
    asked += 1;
    return asked === 2;
  };
  const encoded = encodeInTurns(ListCrmContactsResponseSchema, listOf(300, 60_000), isGone);
  await expect(encoded).rejects.toMatchObject({ code: Code.Canceled });
  expect(asked).toBe(2);
});
