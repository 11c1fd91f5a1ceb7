import { Liquid, type LiquidOptions } from 'liquidjs';
import { expressionOperators } from './expression-operators.ts';
import { asText, type FilterThis, useFilters, write } from './filters.ts';
import { MeteredCase } from './metered-case.ts';

/**
 * Tags of templates. Because there are no loops or includes, the cost of a template is bounded by its length and the
 * data.
 */
const allowedTags = new Set(['if', 'unless', 'case', 'assign', 'capture', 'comment', 'raw', '#']);

const noFiles: LiquidOptions['fs'] = {
  existsSync: () => false,
  exists: async () => false,
  readFileSync: refuse,
  readFile: async () => refuse(),
  resolve: (_directory, file) => file,
  contains: async () => false,
  containsSync: () => false,
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

type Encode = (text: string) => string;
const asItIs: Encode = (text) => text;
const escapeHtml: Encode = (text) => text.replace(/[&<>"']/g, (found) => entities[found] ?? found);

/** Renders text and JSON, with values unchanged. */
export const textLiquid = createLiquid(asItIs);
/** Renders HTML. Escapes values unless the template says `| raw`. */
export const htmlLiquid = createLiquid(escapeHtml);

/** Returns the function with which a Liquid engine encodes the values that it writes. */
export function encoderOf(liquid: Liquid): Encode {
  return liquid === htmlLiquid ? escapeHtml : asItIs;
}

function createLiquid(encode: Encode): Liquid {
  const liquid = new Liquid({
    operators: expressionOperators,
    ownPropertyOnly: true,
    strictFilters: true,
    fs: noFiles,
    relativeReference: false,
    dynamicPartials: false,
    locale: 'en-US',
    timezoneOffset: 'UTC',
    outputEscape(this: FilterThis, value: unknown) {
      return write(this, encode(asText(this, value)));
    },
  });
  for (const tag of Object.keys(liquid.tags)) if (!allowedTags.has(tag)) delete liquid.tags[tag];
  liquid.registerTag('case', MeteredCase);
  useFilters(liquid);
  return liquid;
}

function refuse(): never {
  throw new Error('templates read no files');
}
