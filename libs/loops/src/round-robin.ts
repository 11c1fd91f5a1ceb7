/**
 * Returns the items of all groups in turn: the first item of each group, then the second item of each, and so on. The
 * order within a group is kept.
 */
export function roundRobin<T>(items: readonly T[], groupOf: (item: T) => unknown): T[] {
  const turns: T[][] = [];
  const taken = new Map<unknown, number>();
  for (const item of items) {
    const group = groupOf(item);
    const turn = taken.get(group) ?? 0;
    taken.set(group, turn + 1);
    const members = turns[turn] ?? [];
    members.push(item);
    turns[turn] = members;
  }
  return turns.flat();
}
