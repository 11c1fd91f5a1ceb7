import { agreementTests } from './agreement.ts';

agreementTests(20);
