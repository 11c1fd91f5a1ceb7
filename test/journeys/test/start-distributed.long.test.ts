import { describeLayout } from '../src/layout.ts';

// A file of its own: both layouts wait most of the time, and run at the same time.
describeLayout('start:distributed');
