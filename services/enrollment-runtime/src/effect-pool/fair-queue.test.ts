import { expect, test } from '@jest/globals';
import { createFairQueue, type Queued } from './fair-queue.ts';

const limits = { total: 100, perOrganization: 5, perDestination: 3 };

function items(count: number, organization: bigint, destination: string): Queued[] {
  return Array.from({ length: count }, () => ({ organization, lane: organization, destination }));
}

function queueOf(...groups: Queued[][]) {
  const queue = createFairQueue<Queued>(limits);
  for (const item of groups.flat()) queue.add(item);
  return queue;
}

function takeAll(queue: ReturnType<typeof queueOf>): Queued[] {
  const taken: Queued[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

test('organizations go in turn, however much one of them has', () => {
  const queue = queueOf(items(50, 1n, 'a'), items(2, 2n, 'b'));
  expect(takeAll(queue).map((item) => item.organization)).toEqual([1n, 2n, 1n, 2n, 1n]);
});

test('one organization has no more out than it may, and goes on as they are done', () => {
  const queue = queueOf(items(4, 1n, 'a'), items(4, 1n, 'b'));
  const taken = takeAll(queue);
  expect(taken).toHaveLength(5);
  const [first] = taken;
  if (first) queue.done(first);
  expect(takeAll(queue)).toHaveLength(1);
  expect(queue.waiting()).toBe(2);
});

test('a destination that is slow leaves room for the others of its organization', () => {
  const queue = queueOf(items(20, 1n, 'slow'));
  expect(takeAll(queue)).toHaveLength(3);
  for (const item of items(2, 1n, 'fast')) queue.add(item);
  expect(takeAll(queue).map((item) => item.destination)).toEqual(['fast', 'fast']);
});

test('lanes with much in work are named until they have less', () => {
  const queue = queueOf(items(4, 7n, 'a'));
  expect(queue.lanesWith(4)).toEqual([7n]);
  expect(queue.organizationsWith(4)).toEqual([7n]);
  queue.take();
  expect(queue.lanesWith(4)).toEqual([]);
  expect(queue.clear()).toHaveLength(3);
  expect(queue.waiting()).toBe(0);
});
