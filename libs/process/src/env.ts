import { z } from 'zod';

/** The environment is not valid. The message lists every problem, one per line. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Parses the environment with a zod object. A variable that is set but empty is treated as unset, because compose files
 * and charts leave a variable out that way.
 */
export function readEnv<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.infer<S> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const name = issue.path.join('.');
      const missing = issue.code === 'invalid_type' && !(name in present);
      return missing ? `${name}: is required` : `${name}: ${issue.message}`;
    }),
  );
}

/**
 * Describes a variable that another function parses, such as a list of keys. The problems of that function's
 * ConfigError are listed with the problems of all other variables. The value remains unparsed text.
 */
export function textFor(parse: (text: string) => unknown): z.ZodString {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) context.addIssue(problem.replace(/^[A-Z_]+: /, ''));
    }
  });
}

/** Calls every reader and returns their results. Throws one ConfigError that lists the problems of all readers. */
export function readAll<T extends readonly (() => unknown)[]>(...readers: T): { [K in keyof T]: ReturnType<T[K]> } {
  const problems: string[] = [];
  const results = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return results as { [K in keyof T]: ReturnType<T[K]> }; // the results are in the order of their readers
}
