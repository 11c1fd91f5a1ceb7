import type { Move } from './move.ts';
import { storedJson } from './stored-json.ts';

/**
 * Returns the JSON text of the variants that a run has taken after a move, by the id of the split; null if it has taken
 * none.
 */
export function variantsAfter({ run, entries }: Pick<Move, 'run' | 'entries'>): string | null {
  const taken = entries.flatMap(({ stepId, variant }) => (variant === undefined ? [] : [[stepId, variant] as const]));
  if (taken.length === 0) return run.variants;
  return storedJson(Object.fromEntries([...readVariants(run.variants), ...taken]));
}

/** Reads stored variants: the id of each split and the name of the variant. */
export function readVariants(text: string | null): [splitId: string, variant: string][] {
  if (text === null) return [];
  const variants: Record<string, string> = JSON.parse(text);
  return Object.entries(variants);
}
