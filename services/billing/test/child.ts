import { runChild } from '@drippulse/service/harness';
import { service } from '../src/service.ts';

await runChild(service, {});
