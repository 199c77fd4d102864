import { brokerConfigs } from '../src/broker/configs/broker-configs.ts';
import { type ConfigDefinition, documentationOf } from '../src/broker/configs/config-definition.ts';
import { topicConfigs } from '../src/broker/configs/topic-configs.ts';

/** The text of docs/broker-configs.md: every config of topics and of the broker, and what it does or why it does nothing. */
export function brokerConfigReference(): string {
  const inherited = new Set(topicConfigs.flatMap(({ synonym }) => synonym ?? []));
  const own = brokerConfigs.filter(({ name }) => !inherited.has(name));
  return `# Configs of the embedded broker

Generated from \`src/broker/configs\`. Names, values and defaults are Apache Kafka's; what differs is said. A config that
is not listed is not known: INVALID_CONFIG. \`test/broker/configs/\` holds every config to having its effect, or to saying why it
has none.

## Of topics

The default comes from the broker's config of the second name, which can be changed while the broker runs.

| config | broker's | default | what it does |
|---|---|---|---|
${topicConfigs.map((each) => row([`\`${each.name}\``, quoted(each.synonym), quoted(each.defaultValue), documentationOf(each)])).join('\n')}

## Of the broker

Given at the start: \`Broker.start({ config })\`; those that say so can be changed while the broker runs.

| config | default | what it does |
|---|---|---|
${own.map((each) => row([`\`${each.name}\``, quoted(each.defaultValue), documented(each)])).join('\n')}
`;
}

function documented(definition: ConfigDefinition): string {
  const text = documentationOf(definition);
  return definition.isDynamic === true ? `${text} Can be changed while the broker runs.` : text;
}

function quoted(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
