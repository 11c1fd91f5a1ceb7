import { fileURLToPath } from 'node:url';
import { type ServiceName, services } from './services.ts';

/**
 * Options of node for every process of the platform. By default, V8 lets the heap grow to several times the size of the
 * live objects before it collects garbage. With these options the old generation grows by 80 %, the young generation
 * has 16 MB (V8 rounds up to a power of two), and one thread collects the young generation. There is no fixed limit: a
 * process that needs more memory gets it.
 */
export const nodeFlags: readonly string[] = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=16',
  '--no-parallel-scavenge',
  '--heap-growing-percent=80',
];

/**
 * Returns the options of node for a service that is a process of its own. If an option is repeated, node uses the last
 * one.
 */
export function nodeFlagsOf(service: ServiceName): readonly string[] {
  return [...nodeFlags, ...(services[service].nodeFlags ?? [])];
}

/**
 * The environment of every process of the platform.
 *
 * MALLOC_ARENA_MAX limits the memory pools of the C library. It gives threads pools of their own, up to eight for each
 * core, and each pool keeps the memory that was freed in it.
 *
 * NODE_COMPILE_CACHE makes all processes share compiled code, in a folder below the installed packages. With it, a
 * service starts in half to two thirds of the time and never loads the code that removes types. Node keeps an entry for
 * each file, in a folder for each version of node, user and growth of the heap. If the folder is read-only, as in an
 * image, node still uses the entries in it.
 */
export const nodeEnvironment: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../node_modules/.cache/compiled', import.meta.url)),
};
