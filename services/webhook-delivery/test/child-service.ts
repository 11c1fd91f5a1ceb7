import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

// For tests that kill or freeze the service.
await runChild(service, {});
