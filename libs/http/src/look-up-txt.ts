import { Resolver } from 'node:dns/promises';

/**
 * Looks up the TXT records of a name, each as one string; empty when the name has no records. The result is undefined
 * when no name server responds in time, because then nothing is known about the records.
 */
export type LookUpTxt = (name: string) => Promise<string[] | undefined>;

const tryMs = 2_000;
const deadlineMs = 5_000;
/** Codes which mean that the name, or its TXT records, do not exist. Any other code means that the servers failed. */
const absent = new Set(['ENOTFOUND', 'ENODATA']);

/** Asks the name servers of this machine directly, never for longer than the deadline. */
export function lookUpTxt(name: string): Promise<string[] | undefined> {
  return askForTxt(new Resolver({ timeout: tryMs, tries: 2 }), name);
}

/** Asks the name servers of a resolver. */
export async function askForTxt(resolver: Resolver, name: string): Promise<string[] | undefined> {
  const timer = setTimeout(() => resolver.cancel(), deadlineMs);
  try {
    return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''));
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return typeof code === 'string' && absent.has(code) ? [] : undefined;
  } finally {
    clearTimeout(timer);
  }
}
