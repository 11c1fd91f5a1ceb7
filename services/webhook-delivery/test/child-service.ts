import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

// Runs the service as a child process, for tests that kill or freeze it.
await runChild(service, {});
