/** Makes steps of about 237 KB that take the most work to read, compile and run. `name` makes them unique. */
export function largeSteps(name: string, outputs: number, output: string) {
  return Array.from({ length: 30 }, (_, index) => ({
    id: `s${index}`,
    type: 'log',
    message: (name + output).repeat(outputs).padEnd(7_850, '.'),
  }));
}
