/** For each step the indexes it may go to; the number of steps stands for the end. */
export type Exits = readonly (readonly number[])[];

/** The steps that can be reached again from themselves. */
export function loopsOf(exits: Exits): Set<number> {
  const hasBackwardExit = exits.some((targets, index) => targets.some((target) => target <= index));
  if (!hasBackwardExit) return new Set();
  return new Set(exits.flatMap((targets, index) => (reachableFrom(exits, targets).has(index) ? [index] : [])));
}

/** Every step that can be reached from `starts`, themselves included; `isOpen` says which steps may be passed. */
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
