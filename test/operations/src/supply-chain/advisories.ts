import { type Lock, nameAt } from './lock.ts';

type Advisory = { name: string; title: string; url: string; severity: string; range: string };

/** The members of `npm audit --json` that are judged. */
export type AuditReport = { vulnerabilities?: Record<string, { nodes: string[]; via: (string | Advisory)[] }> };

/** A grave advisory without an exception. `isNew` is true when the change under test added the package. */
export type Judged = { text: string; isNew: boolean };

const grave = new Set(['high', 'critical']);

/**
 * Returns the grave advisories without a written exception. A version in the lock file of `base` came with an earlier
 * change, and a new advisory about it must not fail unrelated work. Without `base` all advisories are new.
 */
export function judgeAdvisories(
  report: AuditReport,
  o: { lock: Lock; base: Lock | undefined; exceptions: Record<string, string> },
): Judged[] {
  const known = new Set(
    Object.entries(o.base?.packages ?? {}).map(([place, { version }]) => `${nameAt(place)} ${version}`),
  );
  const judged = new Map<string, Judged>();
  for (const { nodes, via } of Object.values(report.vulnerabilities ?? {})) {
    for (const advisory of via) {
      // A string names another package of the report, through which this package is affected.
      if (typeof advisory === 'string' || !grave.has(advisory.severity)) continue;
      const id = advisory.url.split('/').at(-1) ?? advisory.url;
      if (o.exceptions[id] !== undefined) continue;
      const isNew = nodes.some((place) => !known.has(`${nameAt(place)} ${o.lock.packages[place]?.version}`));
      const text = `${id} ${advisory.severity}: ${advisory.name} ${advisory.range}, ${advisory.title}`;
      judged.set(id, { text, isNew: isNew || judged.get(id)?.isNew === true });
    }
  }
  return [...judged.values()];
}
