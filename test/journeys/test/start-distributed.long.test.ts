import { describeLayout } from '../src/layout.ts';

// This layout is tested in a file of its own, so that both layouts can run at the same time. Their tests wait most of
// the time.
describeLayout('start:distributed');
