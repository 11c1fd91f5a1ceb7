import type { TreeCopy } from './tree-copy.ts';

type Tree = Pick<TreeCopy, 'files' | 'read'>;

/** Matches files about the past. In these files, a service keeps the name that it had at the time. */
const history = /^(CHANGELOG\.md|test\/upgrade\/dumps\/.*)$/;

/**
 * Returns the matching lines of all files outside of the folder `own`, each as `file:line: text`, and the files whose
 * names match. Text that `other` matches is ignored, because there the words have another meaning.
 */
export function linesWith(tree: Tree, pattern: RegExp, own: string, other = /(?!)/g): string[] {
  const matches = (line: string) => pattern.test(line.replaceAll(other, ''));
  return tree
    .files()
    .filter((file) => !history.test(file) && !file.startsWith(own))
    .flatMap((file) => {
      const inName = pattern.test(file) ? [`${file}: its name`] : [];
      const lines = tree.read(file).split('\n');
      return [...inName, ...lines.flatMap((line, at) => (matches(line) ? [`${file}:${at + 1}: ${line.trim()}`] : []))];
    });
}

/**
 * Matches the manifest and the references of a workspace. They list the workspace's dependencies, so they need not list
 * all services.
 */
const dependencies = /\/(package|tsconfig)\.json$/;

/** Returns the files that name all services, or all but one, but do not name `name`. */
export function filesWithout(tree: Tree, name: string, services: readonly string[]): string[] {
  const word = (service: string) => new RegExp(`(?<![\\w-])${service}(?![\\w-])`);
  return tree.files().filter((file) => {
    if (history.test(file) || dependencies.test(file)) return false;
    const text = tree.read(file);
    const named = services.filter((service) => word(service).test(text));
    return named.length >= services.length - 1 && !word(name).test(text);
  });
}

/**
 * Matches every spelling of a name that is given in kebab-case: kebab, snake, SCREAMING, camel, Pascal and separate
 * words.
 */
export function anySpelling(name: string): RegExp {
  return new RegExp(name.split('-').join('[-_ ]?'), 'i');
}
