import { join } from 'node:path';
import { kafkaLibraries } from '../support/apache-kafka.ts';
import { compileJava, javaCommand, quickJava } from '../support/java.ts';
import { clientTests } from './client-program.ts';

const libraries = kafkaLibraries();
const source = join(import.meta.dirname, 'JavaClient.java');

clientTests({
  name: "Apache's Java client",
  command: libraries
    ? [
        ...javaCommand(libraries, quickJava(), [await compileJava(source, libraries)]),
        '-Dlog4j2.level=ERROR',
        'JavaClient',
      ]
    : undefined,
});
