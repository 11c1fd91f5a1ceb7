// Prints, for each method named on the standard input, the reasons that the method's code can reach, each with the
// declarations that lead to it. It runs in a separate process, because with a test's module loader the compiler takes
// several times as long to load.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Declared, readCode } from './code-graph.ts';

/** `names` are methods, and `reasons` are the reasons to look for. Declarations in `notFollowed` are not followed. */
export type Question = { names: string[]; reasons: string[]; notFollowed: string[] };
/** Reasons by method name; undefined for a method that no service registers. */
export type Answer = Record<string, [reason: string, way: string[]][]>;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const code = readCode(root);
const question: Question = JSON.parse(readFileSync(0, 'utf8'));
const reasons = new Set(question.reasons);

/** Methods of all services, internal ones included, by the names that clients use. */
const methodNames = new Set(
  globSync('proto/drippulse/**/*.proto', { cwd: root })
    .flatMap((path) => [...readFileSync(resolve(root, path), 'utf8').matchAll(/ rpc (\w)(\w+)\(/g)])
    .map(([, first = '', rest = '']) => first.toLowerCase() + rest),
);

/**
 * Functions that serve each method: the members with the method's name in the places where services register their
 * methods.
 */
const paths = globSync('services/*/src/{rpc,identity/rpc}/*.ts', { cwd: root }).map((path) => resolve(root, path));
const methods = Map.groupBy(paths.flatMap(code.membersOf), ({ name }) => name);

const answer: Answer = {};
for (const name of question.names) {
  const served = methods.get(name);
  if (served !== undefined) answer[name] = [...mentionedBy(name, served)];
}
process.stdout.write(JSON.stringify(answer));

/** Returns the reasons that a method mentions, including those of calls to other services. */
function mentionedBy(name: string, served: readonly Declared[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const seen = new Set<Declared['node']>();
  const waiting = served.map((declared) => ({ declared, way: [name] }));
  for (const { declared, way } of waiting) {
    if (seen.has(declared.node)) continue;
    seen.add(declared.node);
    const mentions = code.mentionsOf(declared);
    for (const text of mentions.texts) if (isReason(text) && !found.has(text)) found.set(text, way);
    const called = [...mentions.calls].flatMap((call) => (methodNames.has(call) ? (methods.get(call) ?? []) : []));
    const next = [...mentions.declared.filter((each) => !question.notFollowed.includes(each.name)), ...called];
    waiting.push(...next.map((each) => ({ declared: each, way: [...way, each.name] })));
  }
  return found;
}

/** Whether a string is a reason. A template such as `${type}_not_found` matches any reason with this ending. */
function isReason(text: string): boolean {
  return reasons.has(text) || (text.startsWith('*_') && [...reasons].some((reason) => reason.endsWith(text.slice(1))));
}
