import path from 'node:path';
import { isLong, packageOf } from './suites.mjs';

/** The help of the test commands. */
export const usage = `npm test                              every check and every test but the long ones
npm test -- --checks                  the checks alone
npm test -- <package> …               the tests of packages: crm or services/crm
npm test -- <file> … [-t <name> …]    test files, by their paths from the root; what follows an option goes to jest
npm run test:long [-- <name> …]       the long tests, in files named *.long.test.ts: of packages, or single ones (rollout)
TEST_GRIDS=whole npm run test:long    whole grids and sizes, of which a run takes a share by a seed that it prints

A suite that fails is run once more, alone; FLAKY=fail lets the first failure stand.`;

/**
 * Reads the words after the command. `jestFiles` and `scriptFiles` are all files of tests. The kind of the result is
 * one of `help`, `checks`, `suites` (with `files`; `isWhole` when no name was given), `files` (shown live, with
 * `options` for jest) and `error`.
 */
export function selectTests(words, { jestFiles, scriptFiles }) {
  const onlyLong = words[0] === '--long';
  const given = (onlyLong ? words.slice(1) : words).filter((word) => word !== '--');
  if (given.includes('--help') || given.includes('-h')) return { kind: 'help' };
  if (given[0] === '--checks') {
    if (onlyLong || given.length > 1) return error('--checks stands alone, after npm test.');
    return { kind: 'checks' };
  }
  const suites = jestFiles.filter((file) => isLong(file) === onlyLong);
  if (given.length === 0) return { kind: 'suites', files: suites, isLong: onlyLong, isWhole: true };

  const optionsFrom = given.findIndex((word) => word.startsWith('-'));
  const names = (optionsFrom < 0 ? given : given.slice(0, optionsFrom)).map(plain);
  const options = optionsFrom < 0 ? [] : given.slice(optionsFrom);
  const allFiles = [...jestFiles, ...scriptFiles];
  if (names.length > 0 && names.every((name) => allFiles.includes(name)))
    return { kind: 'files', files: names, options };
  const found = new Map(names.map((name) => [name, suitesNamed(suites, name)]));
  const unknown = names.find((name) => found.get(name).length === 0 && !allFiles.includes(name));
  if (unknown !== undefined) return error(unknownName(unknown, { suites, allFiles }));
  if (options.length > 0) return error(`Unknown option ${options[0]}. Options for jest need the name of a file.`);
  if (names.some((name) => found.get(name).length === 0)) return error('Name either packages or files.');
  return { kind: 'suites', files: [...new Set([...found.values()].flat())], isLong: onlyLong, isWhole: false };
}

/**
 * Returns the suites of a package by the package's folder (the whole path or its last part), or a long suite by its own
 * name.
 */
function suitesNamed(suites, name) {
  return suites.filter((file) => {
    const folder = packageOf(file);
    return [folder, path.basename(folder)].includes(name) || (isLong(file) && shortName(file) === name);
  });
}

function unknownName(word, { suites, allFiles }) {
  const candidates = word.includes('/')
    ? allFiles
    : [...new Set(suites.map((file) => path.basename(packageOf(file)))), ...suites.filter(isLong).map(shortName)];
  const part = shortName(word);
  const near = candidates.filter((candidate) => candidate.includes(part)).slice(0, 3);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return `There is no package and no test "${word}".${hint}`;
}

function shortName(file) {
  return path.basename(file).replace(/(\.long)?(\.test)?\.(ts|mjs)$/, '');
}

function plain(word) {
  return word.replace(/^\.\//, '').replace(/\/$/, '');
}

function error(message) {
  return { kind: 'error', message };
}
