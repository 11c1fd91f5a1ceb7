/** For each step the indexes of its possible successors. The number of steps means the end. */
export type Exits = readonly (readonly number[])[];

/** The steps that are part of a loop. */
export function loopsOf(exits: Exits): Set<number> {
  const hasBackwardExit = exits.some((targets, index) => targets.some((target) => target <= index));
  if (!hasBackwardExit) return new Set();
  return new Set(exits.flatMap((targets, index) => (reachableFrom(exits, targets).has(index) ? [index] : [])));
}

/** All steps that can be reached from `starts`, these included. Only steps that are `isOpen` may be passed. */
export function reachableFrom(
  exits: Exits,
  starts: Iterable<number>,
  isOpen: (index: number) => boolean = () => true,
): Set<number> {
  const reached = new Set<number>();
  const open = [...starts];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index) || index >= exits.length || !isOpen(index)) continue;
    reached.add(index);
    open.push(...(exits[index] ?? []));
  }
  return reached;
}
