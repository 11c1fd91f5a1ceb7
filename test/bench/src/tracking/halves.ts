import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Half of the cores of this machine, or all of them. */
type Cores = 'first half' | 'second half' | 'all';

/**
 * Moves this process to the given cores; processes that it starts afterwards stay on them. Returns false if that is
 * impossible, because `taskset` is missing or there is only one core.
 */
export async function moveTo(cores: Cores): Promise<boolean> {
  const count = availableCores;
  const middle = Math.floor(count / 2);
  if (middle === 0) return false;
  const [first, last] = { 'first half': [0, middle - 1], 'second half': [middle, count - 1], all: [0, count - 1] }[
    cores
  ];
  return execute('taskset', ['-acp', `${first}-${last}`, String(process.pid)]).then(
    () => true,
    () => false,
  );
}

/** The cores are counted at the start, because a process that was moved to certain cores sees only these. */
const availableCores = availableParallelism();
