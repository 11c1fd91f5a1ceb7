/**
 * Options of node for every process of the platform. By itself V8 lets the heap grow to several times what lives in it
 * before it collects: a runtime under load then holds 450 MB. At most twice what lives costs nothing that can be measured.
 * Young objects in 16 MB, which one thread collects, are 25 MB less than in 32 for 2 % more CPU time a step; V8 rounds
 * their size up to a power of two. Several threads take no less time where the cores have other work. No fixed limit: a
 * process that does need more gets it.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--heap-growing-percent=100',
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
