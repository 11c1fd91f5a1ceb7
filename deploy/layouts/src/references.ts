import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A workspace: its folder from the root, and the packages that its manifest names. */
type Workspace = { folder: string; name: string; uses: string[] };

/**
 * Returns every tsconfig.json with its references. A workspace refers to the workspaces that its package.json names,
 * and the root refers to all workspaces.
 */
export function references(root: string): Map<string, string> {
  const workspaces = readWorkspaces(root);
  const folderOf = new Map(workspaces.map(({ name, folder }) => [name, folder]));
  const ofWorkspaces = workspaces.map(({ folder, uses }): [string, string] => {
    const file = `${folder}/tsconfig.json`;
    const used = uses.flatMap((name) => folderOf.get(name) ?? []);
    const paths = used.map((other) => path.posix.relative(folder, other)).sort();
    return [file, withReferences(readFileSync(path.join(root, file), 'utf8'), paths)];
  });
  return new Map([['tsconfig.json', rootReferences(workspaces.map(({ folder }) => folder))], ...ofWorkspaces]);
}

/** Reads the workspaces with a tsconfig.json, in the order of the root package.json. */
function readWorkspaces(root: string): Workspace[] {
  const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  const { workspaces }: { workspaces: string[] } = read('package.json');
  return workspaces
    .flatMap((pattern) => globSync(pattern, { cwd: root }).sort())
    .filter((folder) => existsSync(path.join(root, folder, 'tsconfig.json')))
    .map((folder) => {
      const { name, dependencies, devDependencies } = read(`${folder}/package.json`);
      return { folder, name, uses: Object.keys({ ...dependencies, ...devDependencies }) };
    });
}

/** Returns the tsconfig.json of a workspace with its references replaced, and otherwise unchanged. */
export function withReferences(text: string, paths: readonly string[]): string {
  const lines = paths.map((each) => `    {\n      "path": "${each}"\n    }`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  const member = /"references": \[[^\]]*\]/;
  if (member.test(text)) return text.replace(member, `"references": ${list}`);
  return paths.length === 0 ? text : text.replace(/\n}\n$/, `,\n  "references": ${list}\n}\n`);
}

function rootReferences(folders: readonly string[]): string {
  const lines = folders.map((folder) => `    { "path": "${folder}" }`);
  return `{\n  "files": [],\n  "references": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
