import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { type SignatureCase, signatureCases } from './signature-cases.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/webhooks.md', import.meta.url)), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'verifiers-'));
const cases = signatureCases();

afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the page's code in this language to a file, as a reader would. Returns the path of the file. */
function copyFromPage(language: string, file: string): string {
  const code = page.split(`\n\`\`\`${language}\n`)[1]?.split('\n```\n')[0];
  if (code === undefined) throw new Error(`docs/webhooks.md has no code in ${language}`);
  writeFileSync(join(folder, file), `${code}\n`);
  return join(folder, file);
}

function accepts(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
}

function setClock(seconds: number): void {
  jest.useFakeTimers({ now: seconds * 1000, doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
}

test.each(cases)('$name: accepted is $isValid by both packages', (signed) => {
  const { secret, headers, body, now, isValid } = signed;
  setClock(now);
  expect(accepts(() => new StandardWebhook(secret).verify(body, headers))).toBe(isValid);
  expect(accepts(() => new SvixWebhook(secret).verify(body, headers))).toBe(isValid);
});

test('TypeScript accepts and refuses the same', () => {
  const program = `
import { text } from 'node:stream/consumers';
const { verifyWebhook } = await import(process.argv[1]);
const accepted = JSON.parse(await text(process.stdin)).map(({ secret, headers, body, now }) => {
  try {
    verifyWebhook(secret, headers, body, new Date(now * 1000));
    return true;
  } catch {
    return false;
  }
});
console.log(JSON.stringify(accepted));
`;
  const args = ['--input-type=module', '-e', program, copyFromPage('ts', 'verify.ts')];
  expect(run(process.execPath, args)).toEqual(cases.map(({ isValid }) => isValid));
});

test('Python accepts and refuses the same', () => {
  if (!isThere('python3', ['--version'])) return;
  const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from verify import verify_webhook
def accepts(c):
    try:
        verify_webhook(c["secret"], c["headers"], c["body"].encode(), c["now"])
        return True
    except ValueError:
        return False
print(json.dumps([accepts(c) for c in json.load(sys.stdin)]))
`;
  copyFromPage('python', 'verify.py');
  expect(run('python3', ['-B', '-c', program, folder])).toEqual(cases.map(({ isValid }) => isValid));
});

test('Go accepts and refuses the same', () => {
  if (!isThere('go', ['version'])) return;
  mkdirSync(join(folder, 'webhook'));
  copyFromPage('go', 'webhook/verify.go');
  writeFileSync(join(folder, 'go.mod'), 'module example\n\ngo 1.21\n');
  writeFileSync(join(folder, 'main.go'), goProgram);
  expect(run('go', ['run', '.'])).toEqual(cases.map(({ isValid }) => isValid));
}, 120_000);

const goProgram = `package main

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	"example/webhook"
)

func main() {
	var cases []struct {
		Secret  string
		Headers map[string]string
		Body    string
		Now     int64
	}
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	accepted := []bool{}
	for _, c := range cases {
		header := http.Header{}
		for name, value := range c.Headers {
			header.Set(name, value)
		}
		accepted = append(accepted, webhook.Verify(c.Secret, header, []byte(c.Body), time.Unix(c.Now, 0)) == nil)
	}
	json.NewEncoder(os.Stdout).Encode(accepted)
}
`;

/** Whether a runtime is installed; a missing one is reported as NOT RUN. */
function isThere(command: string, args: string[]): boolean {
  if (spawnSync(command, args).status === 0) return true;
  process.stdout.write(`NOT RUN: the verifier for ${command}. Install ${command} to have it executed.\n`);
  return false;
}

function run(command: string, args: string[]): boolean[] {
  const input: SignatureCase[] = cases;
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, input: JSON.stringify(input) });
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}
