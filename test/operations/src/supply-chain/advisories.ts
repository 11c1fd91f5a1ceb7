import { type Lock, nameAt } from './lock.ts';

type Advisory = { name: string; title: string; url: string; severity: string; range: string };

/** The members of `npm audit --json` that the check reads. */
export type AuditReport = { vulnerabilities?: Record<string, { nodes: string[]; via: (string | Advisory)[] }> };

/**
 * An advisory of high or critical severity that has no exception. `isNew` is true when the change under test added the
 * package.
 */
export type Judged = { text: string; isNew: boolean };

const grave = new Set(['high', 'critical']);

/**
 * Returns the advisories of high or critical severity that have no written exception. An advisory is not new if the
 * lock file of `base` already has the package in this version, because a later advisory about that version must not
 * fail unrelated work. Without `base`, all advisories are new.
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
      // A string in `via` is the name of another package of the report. That package makes this one vulnerable, and has
      // the advisory itself.
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
