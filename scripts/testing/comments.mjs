import { readFileSync } from 'node:fs';
import { run } from './children.mjs';

const columns = 120;
const commentLine = /^\s*(?:\/\/|\/\*\*?|\*(?!\/))(?: |$)/;
/** Matches lines that a tool reads, or that must stay whole. */
const unbroken = /biome-ignore|oxlint-disable|@ts-|https?:\/\/\S{60}/;

/** Words that made readers stop, and the words to write instead. A paragraph is read without its line breaks. */
const retired = [
  [/(?:^|[.:;] )What /, 'begin with a noun or a verb, not with "What"'],
  [/(?:^|\. )The same(?: (?:in|with|for|as|of|but|when|where|on|to|by)\b|[.,;])/, 'name the subject of "the same"'],
  [/\b(?:that|which|who|it|if it|and) (?:is|are) none\b/, 'write "is not a …" or "is ignored" for "is none"'],
  [/\b(?:become|becomes|became) of\b/, 'name the result for "became of"'],
  [/\b(?:whoever|whatever)\b/i, 'name the person or thing for "whoever" or "whatever"'],
];

/** Finds the comment lines of tracked files that are too long, and the paragraphs with retired words. */
export async function comments() {
  const { output } = await run(['git', 'ls-files', '*.ts', '*.mjs', '*.proto']);
  const files = output
    .split('\n')
    .filter((file) => file !== '' && !/^proto\/(?:gen|google)\/|\/db\/schema\.ts$/.test(file));
  const problems = files.flatMap((file) =>
    commentProblems(readFileSync(file, 'utf8')).map((text) => `${file}:${text}`),
  );
  return { ok: problems.length === 0, output: problems.join('\n') };
}

/** Returns the problems in a file's comments, each as `<line>: <sentence>`. */
export function commentProblems(text) {
  const lines = text.split('\n');
  const tooLong = lines.flatMap((line, index) =>
    line.length > columns && commentLine.test(line) && !unbroken.test(line)
      ? [`${index + 1}: the comment has ${line.length} columns, of ${columns}`]
      : [],
  );
  const odd = paragraphs(lines).flatMap(({ at, words }) =>
    retired.filter(([pattern]) => pattern.test(words)).map(([, advice]) => `${at}: ${advice}`),
  );
  return [...tooLong, ...odd];
}

/** Joins comments of adjacent lines. Returns the number of the first line, and the words without comment signs. */
function paragraphs(lines) {
  const found = [];
  let open;
  for (const [index, line] of lines.entries()) {
    const words = commentLine.test(line) ? line.replace(/^\s*(?:\/\/|\/\*\*?|\*)\s?/, '').replace(/\s*\*\/$/, '') : '';
    if (words.trim() === '') open = undefined;
    else if (open && !/^\s*(?:- |\d+\. )/.test(words)) open.words += ` ${words.trim()}`;
    else {
      open = { at: index + 1, words: words.trim().replace(/^- /, '') };
      found.push(open);
    }
  }
  return found;
}
