import { hookOrderTests } from './hook-orders.ts';

hookOrderTests(40);
