/**
 * Returns the stamp of an installation: the hash of the lock file, and the word `product` if only the product is
 * installed.
 */
export function installedState(wanted, lock) {
  return wanted === 'all' ? lock : `${lock} ${wanted}`;
}

/**
 * Returns the installation that a command needs: undefined if it needs no installation, `rest` for packages that the
 * product does not need.
 */
export function planOf({ stamp, lock, wanted }) {
  if (stamp === installedState('all', lock)) return undefined;
  if (stamp !== installedState('product', lock)) return wanted;
  return wanted === 'product' ? undefined : 'rest';
}
