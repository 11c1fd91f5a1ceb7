import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notRun } from '@drippulse/testing/not-run';
import { afterAll, expect, test } from '@jest/globals';
import { acceptedBy, cases, copyFromPage } from './verifiers.ts';

const folder = mkdtempSync(join(tmpdir(), 'verifiers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

if (!isThere('python3', ['--version']))
  notRun({ unavailable: 'Python needs to be on the PATH, version 3.8 or newer.' });
else
  test('Python accepts and refuses the same', () => {
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
    copyFromPage('python', folder, 'verify.py');
    expect(acceptedBy('python3', ['-B', '-c', program, folder], folder)).toEqual(cases.map(({ isValid }) => isValid));
  });

if (!isThere('go', ['version'])) notRun({ unavailable: 'Go needs to be on the PATH, version 1.21 or newer.' });
else
  test('Go accepts and refuses the same', () => {
    mkdirSync(join(folder, 'webhook'));
    copyFromPage('go', folder, 'webhook/verify.go');
    writeFileSync(join(folder, 'go.mod'), 'module example\n\ngo 1.21\n');
    writeFileSync(join(folder, 'main.go'), goProgram);
    expect(acceptedBy('go', ['run', '.'], folder)).toEqual(cases.map(({ isValid }) => isValid));
  });

function isThere(command: string, args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}
