import { describeLayout } from '../src/layout.ts';

// This layout has a file of its own, so that both layouts, which wait most of the time, can run at the same time.
describeLayout('start:distributed');
