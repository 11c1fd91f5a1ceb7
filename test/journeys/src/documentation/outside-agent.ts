import { codeBlocks } from './code-blocks.ts';
import { type PageRun, runPage } from './run-page.ts';

/** Everything that a person gives to an agent. */
export type Given = { API_BASE: string; TOKEN: string; RECEIVER_URL: string };

/**
 * Acts as an outside agent: reads `/llms.txt` of the given server, follows the link to the skills pack, and follows the
 * instructions of the pack, in the pack's order. Every path and every call is taken from fetched bytes.
 */
export async function walkAsAgent(given: Given): Promise<PageRun> {
  const index = await read(new URL('/llms.txt', given.API_BASE));
  const link = /\[[^\]]*skills pack[^\]]*\]\(([^)]+)\)/i.exec(index)?.[1];
  if (link === undefined) throw new Error(`No link to a skills pack in llms.txt:\n${index}`);
  const pack = await read(new URL(link, new URL('/llms.txt', given.API_BASE)));
  const blocks = codeBlocks('the skills pack', pack);
  return runPage(
    blocks.filter(({ language, attributes }) => language === 'sh' || attributes['file'] !== undefined),
    given,
  );
}

async function read(url: URL): Promise<string> {
  const answer = await fetch(url, { headers: { accept: 'text/markdown, text/plain' } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}
