import { takesAll } from '@drippulse/testing';
import { hookOrderTests } from './hook-orders.ts';

hookOrderTests(takesAll ? 500 : 150);
