const ofFailures = /^=+ (FAILURES|ERRORS) =+$/;
const ofOthers = /^=+ .* =+$/;
/** Maximum length of a line. A request with a large body would fill many screens, and logs of builds are truncated. */
const longestLine = 2_000;
const mostLines = 60;

/**
 * Returns the failed requests in the output of Schemathesis, in so few lines that a person can read them at the end of
 * a log.
 */
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
