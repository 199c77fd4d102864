import type { FileSystem } from '../../base/file-system.ts';
import { type MetadataDocument, writeMetadataFile } from './metadata-file.ts';

/**
 * The one owner of the metadata document. Changes are made in memory and written as a whole; changes that come while a
 * write is under way share the next one.
 */
export class MetadataStore {
  readonly document: MetadataDocument;
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(fileSystem: FileSystem, path: string, document: MetadataDocument) {
    this.#fileSystem = fileSystem;
    this.#path = path;
    this.document = document;
  }

  /** How many times the document has been written, since the data directory was made. */
  get revision(): number {
    return this.document.revision ?? 0;
  }

  /** Resolves when the document as it is now is on the disk. Rejects with the system's error. */
  save(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#writing === undefined) return this.#write();
    this.#next = this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        return this.#write();
      });
    return this.#next;
  }

  #write(): Promise<void> {
    this.document.revision = this.revision + 1;
    this.#writing = writeMetadataFile(this.#fileSystem, this.#path, this.document).finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}
