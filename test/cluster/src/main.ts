import { findHelm } from '@drippulse/testing';
import { type Options, readOptions } from './options.ts';
import { createReport } from './report.ts';
import { runCluster } from './run-cluster.ts';
import { createTools, run } from './tools.ts';

/** The command `npm run test:cluster`. For its options see `--help`. */
const options = readOptions(process.argv.slice(2), process.env);
if ('text' in options) {
  console[options.code === 0 ? 'log' : 'error'](options.text);
  process.exitCode = options.code;
} else {
  process.exitCode = (await showAll(options)) ? 0 : 1;
}

async function showAll(options: Options): Promise<boolean> {
  const report = createReport(console.log);
  let isWhole = false;
  try {
    await run('kubectl', ['version', '--request-timeout=10s']);
    const found = await findHelm(console.log);
    if ('unavailable' in found) throw new Error(found.unavailable);
    await runCluster(options, createTools(found.helm), report);
    isWhole = report.isGood();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
  }
  console.log(`\n${report.table()}\n\n${isWhole ? 'Everything was shown.' : 'NOT everything was shown.'}`);
  return isWhole;
}
