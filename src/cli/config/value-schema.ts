/** What several parts of `vigil.yml` are made of: `title` as a person says it, and the JSON Schema pattern that means the same. */

export const closed = { additionalProperties: false } as const;

export const hostPort = { title: 'an address host:port', pattern: '^([^\\s:/]+|\\[[0-9a-fA-F:.]+\\]):\\d{1,5}$' };
export const duration = {
  title: 'a duration such as 24h or 500ms, or unlimited',
  pattern: '^(unlimited|\\d+(\\.\\d+)?\\s*(us|ms|s|m|h|d))$',
};
export const size = {
  title: 'a size such as 50GB or 64MiB, or unlimited',
  pattern: '^(unlimited|\\d+(\\.\\d+)?\\s*(B|[kK]B|[MGT]B|[KMGT]iB))$',
};
