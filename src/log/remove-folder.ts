import type { FileSystem } from '../base/file-system.ts';
import { deletedFolderSuffix } from './file-names.ts';

/** Removes a folder of files. Cut short by a crash, it can be called again. */
export async function removeFolder(fileSystem: FileSystem, directory: string): Promise<void> {
  for (const name of fileSystem.list(directory)) await fileSystem.remove(`${directory}/${name}`);
  fileSystem.removeDirectory(directory);
}

/** Ends the deletions that a crash cut short. Call at start, before partitions are opened. */
export async function removeDeletedFolders(fileSystem: FileSystem, dataDirectory: string): Promise<void> {
  for (const name of fileSystem.list(dataDirectory)) {
    if (name.endsWith(deletedFolderSuffix)) await removeFolder(fileSystem, `${dataDirectory}/${name}`);
  }
}
