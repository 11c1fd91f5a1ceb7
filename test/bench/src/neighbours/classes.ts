import type { Attack } from './attack.ts';
import { brokenUploads } from './attacks/broken-uploads.ts';
import { compile } from './attacks/compile.ts';
import { everything } from './attacks/everything.ts';
import { importRows } from './attacks/import-rows.ts';
import { leavers } from './attacks/leavers.ts';
import { lists } from './attacks/lists.ts';
import { readers } from './attacks/readers.ts';
import { strangers } from './attacks/strangers.ts';
import { useServices } from './attacks/use-services.ts';
import { largeCalls } from './quiet/large-calls.ts';
import { largeReads } from './quiet/large-reads.ts';
import { uploads } from './quiet/uploads.ts';
import type { Work } from './quiet/work.ts';

/**
 * A class of attack. `others` are further quiet organizations that do the kind of work that the attack affects most.
 */
export type AttackClass = { attack: Attack; others?: { organizations: number; work: Work } };

/** Every class, by its name as the option `--only` accepts it. */
export const classes: ReadonlyMap<string, AttackClass> = new Map<string, AttackClass>([
  ['everything', { attack: everything }],
  ['services', { attack: useServices }],
  ['imports', { attack: importRows }],
  ['compile', { attack: compile }],
  ['leavers', { attack: leavers }],
  ['lists', { attack: lists }],
  ['readers', { attack: readers, others: { organizations: 1, work: largeReads } }],
  ['strangers', { attack: strangers, others: { organizations: 3, work: largeCalls } }],
  ['uploads', { attack: brokenUploads, others: { organizations: 3, work: uploads } }],
]);

export function classOf(name: string): AttackClass {
  const found = classes.get(name);
  if (found === undefined) throw new Error(`no class ${name}`);
  return found;
}
