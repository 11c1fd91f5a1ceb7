import { readFileSync } from 'node:fs';
import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

/** A runtime whose time is shifted by the number of milliseconds in the file TEST_SHIFT. */
await runChild(service, { shiftMs: () => Number(readFileSync(process.env['TEST_SHIFT'] ?? '', 'utf8')) });
