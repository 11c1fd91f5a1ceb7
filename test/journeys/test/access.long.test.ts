import { accessTests } from '../src/access.ts';

accessTests((routes) => routes);
