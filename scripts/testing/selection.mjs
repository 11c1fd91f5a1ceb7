/** The help of the test commands. */
export const usage = `npm test                              every check and every test but the long ones
npm test -- --checks                  the checks alone
npm test -- <package> …               the tests of packages: crm, services/crm or @drippulse/crm
npm test -- <file> … [-t <name> …]    test files, by their paths from the root; what follows an option goes to jest
npm run test:long [-- <package> …]    the long tests, in files named *.long.test.ts; npm test -- <file> runs one of them`;

const isTestFile = (file) => /\.test\.(ts|mjs)$/.test(file);

/**
 * Reads the words after the command. `packages` are all packages with tests, as `{ name, folder }`; `files` are all
 * test files. The kind of the result is one of `help`, `checks`, `packages` (`isWhole` when none was named), `files`
 * and `error`.
 */
export function selectTests(words, { packages, files }) {
  const isLong = words[0] === '--long';
  const given = (isLong ? words.slice(1) : words).filter((word) => word !== '--');
  if (given.includes('--help') || given.includes('-h')) return { kind: 'help' };
  if (given[0] === '--checks') {
    if (isLong || given.length > 1) return error('--checks stands alone, after npm test.');
    return { kind: 'checks' };
  }
  if (given.length === 0) return { kind: 'packages', packages, isLong, isWhole: true };

  const optionsFrom = given.findIndex((word) => word.startsWith('-'));
  const names = (optionsFrom < 0 ? given : given.slice(0, optionsFrom)).map(plain);
  const options = optionsFrom < 0 ? [] : given.slice(optionsFrom);
  const found = names.map((name) => findPackage(packages, name));
  const unknown = names.find((name, index) => found[index] === undefined && !files.includes(name));
  if (unknown !== undefined) return error(unknownName(unknown, { packages, files }));
  if (names.length > 0 && found.every((each) => each === undefined)) return { kind: 'files', files: names, options };
  if (options.length > 0) return error(`Unknown option ${options[0]}. Options for jest need the name of a file.`);
  if (found.includes(undefined)) return error('Name either packages or files.');
  return { kind: 'packages', packages: [...new Set(found)], isLong, isWhole: false };
}

/** Finds a package by its name or its folder, each whole or its last part. */
function findPackage(packages, word) {
  return packages.find(({ name, folder }) =>
    [name, name.split('/')[1], folder, folder.split('/').at(-1)].includes(word),
  );
}

function unknownName(word, { packages, files }) {
  const candidates =
    isTestFile(word) || word.includes('/') ? files : packages.map(({ folder }) => folder.split('/').at(-1));
  const near = closest(word, candidates);
  const hint = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  return `There is no package and no test file "${word}".${hint}`;
}

/** Up to three candidates that contain the word's last part or are a few letters away from it. */
function closest(word, candidates) {
  const key = lastPart(word);
  return candidates
    .map((candidate) => ({ candidate, steps: candidate.includes(key) ? 0 : distance(key, lastPart(candidate)) }))
    .filter(({ steps }) => steps <= Math.max(2, key.length / 3))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** The distance of Levenshtein: letters to add, to drop or to change. */
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      next.push(Math.min(next[column] + 1, row[column + 1] + 1, row[column] + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length];
}

function lastPart(word) {
  return word
    .split('/')
    .at(-1)
    .replace(/\.(ts|mjs)$/, '');
}

function plain(word) {
  return word.replace(/^\.\//, '').replace(/\/$/, '');
}

function error(message) {
  return { kind: 'error', message };
}
