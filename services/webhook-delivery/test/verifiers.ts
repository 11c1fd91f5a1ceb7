import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SignatureCase, signatureCases } from './signature-cases.ts';

const page = readFileSync(fileURLToPath(new URL('../../../site/static/docs/webhooks.md', import.meta.url)), 'utf8');

export const cases = signatureCases();

/** Copies the page's code in one language to a file, as a reader would. Returns the path of the file. */
export function copyFromPage(language: string, folder: string, file: string): string {
  const code = page.split(new RegExp(`\n\`\`\`${language} checked-by=[^\n]*\n`))[1]?.split('\n```\n')[0];
  if (code === undefined) throw new Error(`The page of webhooks has no code in ${language} that a test checks`);
  writeFileSync(join(folder, file), `${code}\n`);
  return join(folder, file);
}

/** Returns the cases that a program accepts. The program reads the cases from its standard input. */
export function acceptedBy(command: string, args: string[], folder: string): boolean[] {
  const input: SignatureCase[] = cases;
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, input: JSON.stringify(input) });
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}
