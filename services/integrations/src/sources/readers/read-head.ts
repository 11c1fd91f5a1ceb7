import type { Context } from '../../context.ts';
import { createDecoder, guessedEncoding } from './csv/decode.ts';
import { readCsvPage } from './csv/read-csv.ts';
import { fetchUrl } from './fetch-url.ts';
import type { Page } from './page.ts';
import { type ReadableSource, readPage } from './read-page.ts';

const headBytes = 1024 * 1024;
const timeoutMs = 15_000;

/** Reads the first rows of a source, and no more bytes than these rows need. */
export async function readHead(ctx: Context, source: ReadableSource, maxRows: number): Promise<Page> {
  const { config } = source;
  if (config.type !== 'csv' || config.url === undefined || source.fileId !== undefined) {
    return readPage(ctx, source, { cursor: null, position: null, upper: ctx.clock.now(), row: 1, maxRows });
  }
  const answer = await fetchUrl(ctx.urls, {
    url: config.url,
    headers: config.headers ?? {},
    // No size limit is needed, because leaving the loop below ends the connection after the head.
    maxBytes: Number.MAX_SAFE_INTEGER,
    timeoutMs,
  });
  const decoder = createDecoder();
  let text = '';
  let isWhole = true;
  for await (const chunk of answer.body) {
    text += decoder.write(chunk);
    if (text.length < headBytes) continue;
    isWhole = false;
    break;
  }
  if (isWhole) text += decoder.end();
  // Removes the last, incomplete line, because a record that is cut off could be refused for an unmatched quote.
  const bytes = Buffer.from(isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1));
  const warnings = decoder.encoding() === 'windows-1252' ? [guessedEncoding] : [];
  const file = {
    bytes: bytes.length,
    warnings,
    async *read(from: number) {
      yield bytes.subarray(from);
    },
  };
  return readCsvPage(file, { cursor: null, delimiter: config.delimiter, maxRows });
}
