import { writeFileSync } from 'node:fs';
import { findHelm } from '@drippulse/testing';
import { render, renderedFile, valueSets } from './render.ts';

// `npm run examples -w @drippulse/chart`: renders the examples that are committed beside their values.
const found = await findHelm(console.log);
if ('unavailable' in found) {
  console.error(found.unavailable);
  process.exitCode = 1;
} else {
  for (const set of valueSets) {
    writeFileSync(renderedFile(set), await render(found.helm, set));
    console.log(`rendered ${set}`);
  }
}
