import { useState } from 'preact/hooks';
import { sendPhoto } from '../../stored/stored-api.ts';

type Word = { tone: 'good' | 'bad' | 'quiet'; text: string };

/** Enrols somebody: a name, and photos that are chosen or dropped here. */
export function EnrollForm() {
  const [name, setName] = useState('');
  const [isOver, setIsOver] = useState(false);
  const [words, setWords] = useState<Word[]>([]);
  const enroll = async (photos: readonly File[]) => {
    const who = name.trim();
    if (who === '') return setWords([{ tone: 'bad', text: 'Who is it? Write the name first.' }]);
    setWords(photos.map((photo) => ({ tone: 'quiet', text: `${photo.name}: looking for the face…` })));
    for (const [index, photo] of photos.entries()) {
      const word = await tell(who, photo);
      setWords((known) => known.with(index, word));
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    void enroll([...(event.dataTransfer?.files ?? [])]);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(true);
  };
  return (
    <section
      class="enroll"
      aria-label="Enrol somebody"
      data-over={isOver}
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <h2>Enrol somebody</h2>
      <input
        type="text"
        value={name}
        maxLength={100}
        placeholder="Name"
        aria-label="Name"
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <label class="text-button">
        Choose photos
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          multiple
          onChange={({ currentTarget }) => {
            void enroll([...(currentTarget.files ?? [])]);
            currentTarget.value = '';
          }}
        />
      </label>
      <p>or drop them here: one face in each</p>
      <ul role="status">
        {words.map(({ tone, text }) => (
          <li key={text} data-tone={tone}>
            {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

async function tell(name: string, photo: File): Promise<Word> {
  try {
    const { looksLike } = await sendPhoto(`./api/people?name=${encodeURIComponent(name)}`, photo);
    const warning = looksLike === undefined ? '' : `, but looks like ${looksLike.name} too`;
    return { tone: 'good', text: `${photo.name}: enrolled as ${name}${warning}` };
  } catch (error) {
    return { tone: 'bad', text: `${photo.name}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
