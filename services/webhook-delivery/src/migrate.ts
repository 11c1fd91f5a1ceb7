import { runMigration } from '@drippulse/service';
import { migrations } from './db/migrations/index.ts';

await runMigration({ name: 'webhook-delivery', migrations });
