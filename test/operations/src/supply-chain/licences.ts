import { type Lock, nameAt } from './lock.ts';

/** The members of an installed package.json that name the licence; old packages have a list of objects. */
export type Manifest = { license?: string; licenses?: { type: string }[] };

/** Licences that need no decision before a package is used and shipped. */
const allowed = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
  ...['Unlicense', 'CC0-1.0'],
]);

/** Whether an SPDX expression can be met by licences of the list alone. */
export function isAllowed(expression: string): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(text)) return false;
  return text.split(' OR ').some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence.trim())));
}

/**
 * Returns the packages of a lock file whose licence is neither allowed nor excepted, and the exceptions that are not
 * used. `manifestOf` returns the installed manifest at a place, for packages whose licence is missing in the lock file.
 */
export function licenceProblems(
  lock: Lock,
  exceptions: Record<string, string>,
  manifestOf: (place: string) => Manifest | undefined,
): string[] {
  const problems = new Set<string>();
  const unused = new Set(Object.keys(exceptions));
  for (const [place, entry] of Object.entries(lock.packages)) {
    if (!place.includes('node_modules/') || entry.link) continue;
    const name = nameAt(place);
    const licence = entry.license ?? licenceOf(manifestOf(place)) ?? 'none';
    if (isAllowed(licence)) continue;
    unused.delete(name);
    if (exceptions[name] === undefined) problems.add(`${name} ${entry.version}: ${licence}`);
  }
  return [...problems, ...[...unused].map((name) => `${name}: its exception is not needed any more`)];
}

function licenceOf(manifest: Manifest | undefined): string | undefined {
  return manifest?.license ?? manifest?.licenses?.map(({ type }) => type).join(' OR ');
}
