import type { Config } from '../config.ts';
import { folderStore } from './folder.ts';
import { s3Store } from './s3.ts';
import type { FileStores } from './store.ts';

/** Opens the configured stores. Files in the folder stay readable even if a bucket takes new files. */
export function openStores({ artifactsS3, artifactsDir }: Pick<Config, 'artifactsS3' | 'artifactsDir'>): FileStores {
  return [
    ...(artifactsS3 === undefined ? [] : [s3Store(artifactsS3)]),
    ...(artifactsDir === undefined ? [] : [folderStore(artifactsDir)]),
  ];
}
