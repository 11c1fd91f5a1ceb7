import { writeFileSync } from 'node:fs';
import { findHelm } from '@drippulse/testing';
import { platform, render, renderedFile, servers } from './render.ts';

// The command `npm run examples -w @drippulse/chart` renders the examples that are committed beside their values.
const found = await findHelm(console.log);
if ('unavailable' in found) {
  console.error(found.unavailable);
  process.exitCode = 1;
} else {
  for (const chart of [platform, servers]) {
    for (const set of chart.sets) {
      writeFileSync(renderedFile(chart, set), await render(found.helm, chart, set));
      console.log(`rendered ${chart.release} ${set}`);
    }
  }
}
