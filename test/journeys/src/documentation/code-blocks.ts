/** A code block of a page. */
export type CodeBlock = {
  /** Page and line of the block's opening fence, for messages about failures. */
  place: string;
  language: string;
  /** The words after the language. Those of the form `name=value` or `name="value"` are in `attributes`, by name. */
  words: readonly string[];
  attributes: Readonly<Record<string, string>>;
  code: string;
};

/** Returns every fenced code block of a Markdown page, in order. Throws if a block is not closed. */
export function codeBlocks(page: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, fence = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== '') open = { fence, line: index + 1, info: info.trim(), lines: [] };
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      const { language, words, attributes } = readInfo(open.info);
      blocks.push({ place: `${page}:${open.line}`, language, words, attributes, code: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line} is never closed`);
  return blocks;
}

function readInfo(info: string): Pick<CodeBlock, 'language' | 'words' | 'attributes'> {
  const [language = '', ...rest] = info.match(/[\w-]+="[^"]*"|\S+/g) ?? [];
  const named = rest.flatMap((word) => {
    const [, name, quoted, bare] = /^([\w-]+)=(?:"([^"]*)"|(.*))$/.exec(word) ?? [];
    return name === undefined ? [] : [[name, quoted ?? bare ?? ''] as const];
  });
  return { language, words: rest.filter((word) => !/^[\w-]+=/.test(word)), attributes: Object.fromEntries(named) };
}
