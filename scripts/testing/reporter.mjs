import { writeSync } from 'node:fs';

/** Reports each suite of jest, one line of JSON for each event, to the file descriptor that runSuites opens. */
export default class {
  onTestFileStart({ path }) {
    send({ event: 'started', path });
  }

  onTestCaseStart({ path }, { fullName }) {
    send({ event: 'test', path, name: fullName });
  }

  onTestFileResult({ path }, result) {
    const { testResults: tests, perfStats, failureMessage, console: lines = [] } = result;
    send({
      event: 'ended',
      path,
      seconds: (perfStats.end - perfStats.start) / 1000,
      tests: tests.map(({ status, title, ancestorTitles, fullName }) => ({ status, title, ancestorTitles, fullName })),
      ...(failureMessage && { failure: failureMessage, output: lines.map(({ message }) => message).join('\n') }),
    });
  }
}

function send(event) {
  // If the pipe is full for a moment, the write fails with EAGAIN.
  for (let rest = Buffer.from(`${JSON.stringify(event)}\n`); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(3, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
