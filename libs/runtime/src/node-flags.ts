import { fileURLToPath } from 'node:url';

/**
 * Options of node for every process of the platform. By itself V8 lets the heap grow to several times what lives in it
 * before it collects: a runtime under load then holds 450 MB. Old objects may be 80 % more than what lives, young ones take
 * 16 MB, which one thread collects: 233 MB, and 3 % more CPU time a step than with 100 % and 32 MB, which are 270. V8 rounds
 * the young ones up to a power of two. No fixed limit: a process that does need more gets it.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--heap-growing-percent=80',
];

/**
 * What a service that is a process of its own says otherwise, after those options: node takes the last. Most of what crm
 * holds during an import is garbage that nobody has had a reason to collect: 258 MB become 180 for two fifths more of its
 * own CPU time, while the database, which needs more, sets the pace.
 */
const furtherFlags: Readonly<Record<string, readonly string[]>> = {
  crm: ['--max-semi-space-size=4', '--heap-growing-percent=50'],
};

/** Options of node for a service that is a process of its own. */
export function nodeFlagsOf(service: string): readonly string[] {
  return [...nodeFlags, ...(furtherFlags[service] ?? [])];
}

/**
 * The environment of every process of the platform. The C library gives threads that allocate pools of their own, up to eight
 * for each core, and each keeps what was freed in it: with two a runtime holds 10 MB less at its peak.
 *
 * Code is compiled once for all processes, below what is installed: a service starts in half to two thirds of the time, and
 * never loads what removes types, 13 MB. There is an entry for each file, which a changed file replaces, in a folder for each
 * version of node, user and growth of the heap. Where nobody may write, as in an image, what is there is used.
 */
export const nodeEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url)),
};
