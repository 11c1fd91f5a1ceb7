import { createMeter, stepUnits } from './meter.ts';
import { type Compiling, startCompiling } from './templates/compiling.ts';

/**
 * The compiled parts of a definition or a filter. Each is compiled when it is first used, by a meter of its own:
 * whether a step fails must not depend on what other runs have compiled before it.
 */
export type Compilation = {
  /** Units of all reading and compiling so far. Whoever asks before and after a use knows what it has compiled. */
  readonly work: number;
  /** Returns a function that gives the part, and throws what the compiling throws. */
  lazily<T>(compile: (compiling: Compiling) => T): () => T;
  /** Lets all parts go. Each is compiled again when it is next used. */
  drop(): void;
};

/**
 * `onGrow` gets the bytes of memory of each part that was compiled, and may drop all. `limit` is the most units of one
 * part, and `read` those of reading what is compiled.
 */
export function createCompilation({
  onGrow = () => undefined,
  limit = stepUnits,
  read = 0,
}: {
  onGrow?: ((bytes: number) => void) | undefined;
  limit?: number;
  read?: number;
}): Compilation {
  const drops: (() => void)[] = [];
  let work = read;

  function counted<T>(compiling: Compiling, compile: (compiling: Compiling) => T): T {
    try {
      return compile(compiling);
    } finally {
      work += compiling.meter.spent;
    }
  }

  return {
    get work() {
      return work;
    },
    lazily<T>(compile: (compiling: Compiling) => T) {
      let part: { value: T } | undefined;
      drops.push(() => {
        part = undefined;
      });
      return () => {
        if (part !== undefined) return part.value;
        const compiling = startCompiling(createMeter(limit));
        const value = counted(compiling, compile);
        part = { value };
        onGrow(compiling.bytes);
        return value;
      };
    },
    drop() {
      for (const drop of drops) drop();
    },
  };
}
