import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { strictDocument } from './document.ts';
import { runProgram } from './program.ts';
import { failuresIn } from './schemathesis-output.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(folder, 'dist');

/** For `seconds`, sends requests that Schemathesis derives from the document. Returns the failed requests. */
export async function sendGeneratedRequests(
  program: string,
  { baseUrl, apiKey, seconds }: { baseUrl: string; apiKey: string; seconds: number },
): Promise<{ code: number | null; failures: string }> {
  const document = path.join(dist, 'strict-document.json');
  mkdirSync(dist, { recursive: true });
  writeFileSync(document, JSON.stringify(strictDocument()));
  const seed = Math.floor(Math.random() * 1e9);
  console.log(`schemathesis --seed ${seed}`);
  const { code, output } = await runProgram(
    program,
    [
      ...['--config-file', path.join(folder, 'walks/schemathesis.toml'), 'run', document, '--url', baseUrl],
      ...['--header', `Authorization: Bearer ${apiKey}`, '--seed', String(seed), '--max-time', String(seconds)],
    ],
    { cwd: dist },
  );
  return { code, failures: failuresIn(output, seed) };
}
