import { describeLayout } from '../src/layout.ts';

// This is a separate file, because both layouts wait most of the time, and so can run at the same time.
describeLayout('start:distributed');
