import { createMeter, stepUnits } from './meter.ts';
import { type Compiling, startCompiling } from './templates/compiling.ts';

/**
 * The compiled parts of a definition or a filter. Each part is compiled on its first use, with a meter of its own, so
 * that the failure of a step does not depend on the parts that other runs have compiled.
 */
export type Compilation = {
  /**
   * Meter units spent so far on all reading and compiling. The increase during a use is the cost of compiling in that
   * use.
   */
  readonly work: number;
  /**
   * Returns a function that returns the part. The function compiles the part if needed, and rethrows errors of
   * compiling.
   */
  lazily<T>(compile: (compiling: Compiling) => T): () => T;
  /** Drops all parts. Each part is compiled again on its next use. */
  drop(): void;
};

/**
 * Starts a compilation. `onGrow` gets the bytes of memory of each compiled part, and may drop all parts. `limit` is the
 * maximum number of units for one part, and `read` is the number of units that were spent on reading the source.
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
