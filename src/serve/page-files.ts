import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Where the set-up builds the page. */
export const builtPageDirectory = fileURLToPath(new URL('../../web/dist', import.meta.url));

const notBuilt =
  'The page is not built yet.\n\nRun `npm run setup` in the folder of Vigil, then restart this part.\n\nThe API works meanwhile: see /docs.\n';

/** The page itself. Files under assets/ carry a hash of their content in their names: browsers may keep them for good. */
export async function registerPageFiles(server: FastifyInstance, directory: string): Promise<void> {
  if (!existsSync(join(directory, 'index.html'))) {
    server.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.code(503).type('text/plain').send(notBuilt),
    );
    return;
  }
  await server.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    cacheControl: false,
    setHeaders(reply, path) {
      const isNamedByContent = path.includes(`${join(directory, 'assets')}`);
      reply.header('cache-control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
