import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loopsOf, reachableFrom } from './graph.ts';

test('the steps of a loop are those that can be reached from themselves', () => {
  const graph = fc.array(fc.array(fc.nat(12), { maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(graph, (exits) => {
      const expected = exits.flatMap((targets, index) => (reachableFrom(exits, targets).has(index) ? [index] : []));
      expect([...loopsOf(exits)].sort((a, b) => a - b)).toEqual(expected);
    }),
  );
});

test('a graph with as many exits as a workflow may have is passed once', () => {
  let passed = 0;
  const exits = Array.from({ length: 200 }, (_, index) => {
    const targets = Array.from({ length: 50 }, (__, exit) => (index * 7 + exit * 3) % 200);
    return new Proxy(targets, {
      get(array, key, receiver) {
        if (typeof key === 'string' && /^\d+$/.test(key)) passed += 1;
        return Reflect.get(array, key, receiver);
      },
    });
  });
  expect(loopsOf(exits).size).toBe(200);
  expect(passed).toBeLessThanOrEqual(200 * 50);
});
