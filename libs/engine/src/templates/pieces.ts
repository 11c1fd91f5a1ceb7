import { Output, type Template, TypeGuards } from 'liquidjs';

/** A piece of a template: literal text, or the path of a variable. */
export type Piece = string | string[];

/**
 * Returns the pieces of a template with only text and plain variables, as most templates are, such as `{{ first_name }}
 * of {{ company.name }}`. Returns undefined for other templates.
 */
export function piecesOf(templates: readonly Template[]): Piece[] | undefined {
  const pieces = templates.map(pieceOf);
  return pieces.every((piece) => piece !== undefined) ? pieces : undefined;
}

function pieceOf(template: Template): Piece | undefined {
  if (template instanceof Output) return namesOf(template);
  return TypeGuards.isHTMLToken(template.token) ? template.token.getContent() : undefined;
}

/** Returns the path of an output without filters. Liquid adds a filter that writes the output, unless it has `raw`. */
function namesOf({ value: { initial, filters } }: Output): string[] | undefined {
  const [token, ...others] = initial.postfix;
  if (others.length > 0 || filters.length !== 1 || filters[0]?.name === 'raw') return undefined;
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) return undefined;
  const names = token.props.map((prop) => (TypeGuards.isWordToken(prop) ? prop.content : undefined));
  return names.every((name) => name !== undefined) ? names : undefined;
}
