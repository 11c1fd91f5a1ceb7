import { describeLayout } from '../src/layout.ts';

describeLayout('start');
