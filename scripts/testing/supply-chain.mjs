import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeAdvisories } from '../../test/operations/src/supply-chain/advisories.ts';
import { licenceProblems } from '../../test/operations/src/supply-chain/licences.ts';
import { baseCommit } from './breaking.mjs';
import { run } from './children.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const exceptions = readJson('scripts/supply-chain.json');

/** Checks that every package in the lock file has a listed licence, or a written exception. */
export async function licences() {
  const problems = licenceProblems(readJson('package-lock.json'), exceptions.licences, (place) => {
    const file = path.join(place, 'package.json');
    return existsSync(file) ? readJson(file) : undefined;
  });
  const how = 'Replace the package, or write the reason into scripts/supply-chain.json.';
  return { ok: problems.length === 0, output: [...problems, how].join('\n') };
}

/**
 * Checks advisories. Grave advisories of shipped packages fail a change that adds the package. Grave advisories of
 * packages that were there before are printed, and fail only `npm run audit`, which runs daily.
 */
export async function advisories() {
  const { output } = await run(['npm', 'audit', '--json', '--omit=dev']);
  const report = parse(output);
  if (report?.vulnerabilities === undefined) return { ok: true, skipped: 'the registry gave no advisories', output };
  const judged = judgeAdvisories(report, {
    lock: readJson('package-lock.json'),
    base: await baseLock(),
    exceptions: exceptions.advisories,
  });
  const failing = judged.filter(({ isNew }) => isNew);
  for (const { text } of judged) console.log(`  ${text}`);
  return { ok: failing.length === 0, output: failing.map(({ text }) => text).join('\n') };
}

async function baseLock() {
  const base = await baseCommit();
  const shown = base && (await run(['git', 'show', `${base}:package-lock.json`]));
  return shown?.ok ? JSON.parse(shown.output) : undefined;
}

function parse(output) {
  try {
    return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  } catch {
    return undefined; // the output is not from npm audit
  }
}
