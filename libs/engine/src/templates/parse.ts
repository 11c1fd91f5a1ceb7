import { type Liquid, Parser, type Template, Tokenizer } from 'liquidjs';

/** Most characters of one template. */
const maxLength = 256 * 1024;

/** Parses a template. Throws with the reason in the first line of the message. */
export function parseTemplate(liquid: Liquid, text: string): Template[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // Liquid prints the stack of each error, which takes ten times as long as the parsing
  try {
    return parse(liquid, text);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function parse(liquid: Liquid, text: string): Template[] {
  if (text.length > maxLength) throw new Error(`it has more than ${maxLength} characters`);
  const tokens = new Tokenizer(text, liquid.options.operators).readTopLevelTokens(liquid.options);
  // The parser takes tokens from the front, which moves all others. So it gets them in reverse, and takes the last.
  const waiting = tokens.reverse();
  waiting.shift = () => waiting.pop();
  return new Parser(liquid).parseTokens(waiting);
}
