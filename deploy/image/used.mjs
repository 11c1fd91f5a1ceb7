import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The entries of the lock file by place: workspaces by folder, links to them, and packages below node_modules. */
export const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

/**
 * Returns the places of the installed packages that a service uses at run time, the service itself first. npm also
 * installs the packages of tests, so the places are read from the lock file.
 */
export function usedBy(service) {
  const start = `services/${service}`;
  if (packages[start] === undefined) throw new Error(`There is no service "${service}".`);
  const used = new Set([start]);
  for (const place of used) {
    const { link, resolved, dependencies, optionalDependencies, peerDependencies } = packages[place];
    if (link) used.add(resolved);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const found = find(name, place);
      if (found !== undefined && existsSync(new URL(`../../${found}`, import.meta.url))) used.add(found);
    }
  }
  return [...used];
}

/** Files that a service reads at run time besides its sources. */
const reads = { gateway: ['site/static'] };

export function readBy(service) {
  return reads[service] ?? [];
}

/** Returns the packages whose files a service reads: the `dependencies` of the workspaces that write `site/static`. */
export function copiedFor(service) {
  if (!readBy(service).includes('site/static')) return [];
  const makers = Object.keys(packages).filter((place) => /^site\/[^/]+$/.test(place));
  return makers.flatMap((place) => Object.keys(packages[place].dependencies ?? {}).map((name) => find(name, place)));
}

/**
 * Returns the place at which Node finds a package imported from a place: the nearest node_modules, from that place
 * upwards.
 */
function find(name, place) {
  for (let at = place; ; at = at === '.' ? '' : path.dirname(at)) {
    const candidate = path.posix.join(at === '.' ? '' : at, 'node_modules', name);
    if (packages[candidate] !== undefined) return candidate;
    if (at === '') return undefined;
  }
}
