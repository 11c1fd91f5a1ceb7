import { type Liquid, Parser, type Template, Tokenizer, TypeGuards } from 'liquidjs';
import { type Compiling, countTag, countText } from './compiling.ts';

/** Maximum number of characters of one template. */
const maxLength = 256 * 1024;

/**
 * Parses a template. Charges each part before it is read. Throws an error with the reason in the first line of its
 * message.
 */
export function parseTemplate(liquid: Liquid, text: string, compiling: Compiling): Template[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // Liquid formats the stack of each error, which takes ten times as long as parsing
  try {
    return parse(liquid, text, compiling);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function parse(liquid: Liquid, text: string, compiling: Compiling): Template[] {
  if (text.length > maxLength) throw new Error(`it has more than ${maxLength} characters`);
  countText(compiling, text);
  const tokens = new Tokenizer(text, liquid.options.operators).readTopLevelTokens(liquid.options);
  for (const token of tokens) if (TypeGuards.isDelimitedToken(token)) countTag(compiling, token);
  // The parser takes tokens from the front of the array, which would move all remaining tokens each time. So the array
  // is reversed, and `shift` takes its last token.
  const waiting = tokens.reverse();
  waiting.shift = () => waiting.pop();
  return new Parser(liquid).parseTokens(waiting);
}
