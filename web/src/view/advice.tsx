/** Text in which names of keys and commands stand between backticks. */
export function Advice({ text }: { text: string }) {
  return (
    <span class="advice">
      {text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part))}
    </span>
  );
}
