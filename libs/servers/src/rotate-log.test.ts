import { appendFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rotateIfLarge } from './rotate-log.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'drippulse-rotate-'));
  file = path.join(folder, 'server.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a log that has grown is copied and emptied, and the server that has it open goes on at its start', () => {
  const descriptor = openSync(file, 'a');
  writeSync(descriptor, 'x'.repeat(100));
  rotateIfLarge(file, 99);
  writeSync(descriptor, 'next');
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('x'.repeat(100));
  expect(readFileSync(file, 'utf8')).toBe('next');
});

test('a small log stays, and a missing one is no error', () => {
  rotateIfLarge(file, 99);
  appendFileSync(file, 'x'.repeat(99));
  rotateIfLarge(file, 99);
  expect(existsSync(`${file}.1`)).toBe(false);
});
