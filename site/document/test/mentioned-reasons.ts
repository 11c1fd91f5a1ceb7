// Prints, for each method named on the standard input, the reasons within reach of its code, each with the declarations
// that lead to it. A process of its own: a test's loader takes several times as long for the compiler.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Declared, readCode } from './code-graph.ts';

/** `names` are of methods, `reasons` those looked for. Declarations of `notFollowed` lead nowhere. */
export type Question = { names: string[]; reasons: string[]; notFollowed: string[] };
/** By name; undefined for a method that no service registers. */
export type Answer = Record<string, [reason: string, way: string[]][]>;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const code = readCode(root);
const question: Question = JSON.parse(readFileSync(0, 'utf8'));
const reasons = new Set(question.reasons);

/** The methods of all services, internal ones included, as clients call them. */
const methodNames = new Set(
  globSync('proto/drippulse/**/*.proto', { cwd: root })
    .flatMap((path) => [...readFileSync(resolve(root, path), 'utf8').matchAll(/ rpc (\w)(\w+)\(/g)])
    .map(([, first = '', rest = '']) => first.toLowerCase() + rest),
);

/** What serves each method: the member of its name where a service registers its methods. */
const paths = globSync('services/*/src/{rpc,identity/rpc}/*.ts', { cwd: root }).map((path) => resolve(root, path));
const methods = Map.groupBy(paths.flatMap(code.membersOf), ({ name }) => name);

const answer: Answer = {};
for (const name of question.names) {
  const served = methods.get(name);
  if (served !== undefined) answer[name] = [...mentionedBy(name, served)];
}
process.stdout.write(JSON.stringify(answer));

/** Calls of other services count. */
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

/** A template such as `${type}_not_found` stands for a reason with this end. */
function isReason(text: string): boolean {
  return reasons.has(text) || (text.startsWith('*_') && [...reasons].some((reason) => reason.endsWith(text.slice(1))));
}
