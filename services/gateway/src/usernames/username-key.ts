/** UTF-16 units of the longest name. */
export const maxUsernameLength = 255;

const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]/gu;
const spaces = /[\p{White_Space}\p{Cc}]+/gu;

/** A name as it is stored and shown: NFKC, without white space around it. */
export function tidyUsername(text: string): string {
  return text.normalize('NFKC').trim();
}

/** The columns of a name that is chosen. */
export function usernameColumns(text: string): { username: string; username_key: string } {
  return { username: tidyUsername(text), username_key: usernameKey(text) };
}

/**
 * The text by which a user name is looked up, counted by limits and unique in the installation. Every name has one, also a
 * name that may not be chosen. It follows UsernameCaseMapped (RFC 8265), and takes more names for the same: NFKC, without
 * characters that nobody sees, white space as one space, full case folding, and i with and without its dot as one letter.
 */
export function usernameKey(text: string): string {
  // A longer name belongs to nobody. It is cut, because a stranger sends it.
  const cut = text.slice(0, maxUsernameLength + 1);
  const visible = cut.normalize('NFKC').replace(invisible, '').replace(spaces, ' ').trim();
  // By way of upper case, which folds ß and ss, both forms of sigma, and the dotless i. Only the lower case of ẞ has one.
  const folded = visible.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
  return folded.replaceAll('i\u0307', 'i');
}
