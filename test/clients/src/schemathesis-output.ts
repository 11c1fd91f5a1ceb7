const ofFailures = /^=+ (FAILURES|ERRORS) =+$/;
const ofOthers = /^=+ .* =+$/;
/** Limit of a line's length: a request with a large body is many screens long, and logs of builds are cut. */
const longestLine = 2_000;
const mostLines = 60;

/** Returns the failed requests in the output of Schemathesis: few enough lines to be read at the end of a log. */
export function failuresIn(output: string, seed: number): string {
  const found: string[] = [];
  let isFailure = false;
  for (const line of output.split('\n')) {
    if (ofOthers.test(line)) isFailure = ofFailures.test(line);
    if (isFailure && line.trim() !== '') found.push(line.slice(0, longestLine));
  }
  if (found.length === 0) return '';
  return [...found.slice(0, mostLines), `schemathesis --seed ${seed}`].join('\n');
}
