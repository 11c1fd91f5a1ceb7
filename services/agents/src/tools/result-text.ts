import { type JsonObject, type JsonValue, stringifyJson } from '@drippulse/json';
import { mapTexts, stripInvisible } from '../guards/invisible.ts';
import { maskSecrets } from '../guards/secrets.ts';
import type { ToolResult } from './state.ts';

const longest = 8 * 1024;
const longestText = 2_000;

/**
 * Renders the result of a call for a model: JSON that names the source of the data. The output of a tool is untrusted.
 * It is marked as data, its invisible characters are removed, text that looks like secrets is masked, and JSON that is
 * too long is replaced by truncated text.
 */
export function resultText(action: string, result: ToolResult): string {
  if (result.outcome === 'refused')
    return stringifyJson({ source: 'platform', error: cut(result.problem, longestText) });
  if (result.outcome !== 'succeeded') return stringifyJson({ source: 'platform', error: 'It was not performed.' });
  const text = stringifyJson({ source: action, is_data: true, result: cleaned(result.output) });
  if (Buffer.byteLength(text) <= longest) return text;
  const head = Buffer.from(text).subarray(0, longest).toString().replace(/�+$/, '');
  return stringifyJson({ source: action, is_data: true, is_cut: true, result_as_text: head });
}

function cleaned(output: JsonObject): JsonValue {
  return mapTexts(output, (text) => maskSecrets(stripInvisible(text)));
}

function cut(text: string, most: number): string {
  return stripInvisible(text).slice(0, most);
}
