import type { Variant } from '../workflows/find-version.ts';

/**
 * Returns the expected number of people of each variant, by the weights of the versions that assigned the people.
 * Returns undefined if the weights of a version are unknown, because the split cannot be judged then.
 */
export function expectedPeople(
  given: ReadonlyMap<number, ReadonlyMap<string, number>>,
  weightsOf: (version: number) => readonly Variant[] | undefined,
): Map<string, number> | undefined {
  const expected = new Map<string, number>();
  for (const [version, people] of given) {
    const variants = weightsOf(version);
    const total = variants?.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
    if (variants === undefined || total === 0) return undefined;
    const all = [...people.values()].reduce((sum, count) => sum + count, 0);
    for (const { name, weight } of variants) expected.set(name, (expected.get(name) ?? 0) + (all * weight) / total);
  }
  return expected;
}
