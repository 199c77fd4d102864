import { useState } from 'preact/hooks';
import type { StoredPerson } from '../../../../src/topics/stored.ts';
import { sendJson } from '../../stored/stored-api.ts';
import { counted } from '../format.ts';

/** Somebody of the gallery: who they are said to be, and how to change that. */
export function PersonCard({ person }: { person: StoredPerson }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const path = `./api/people/${encodeURIComponent(person.person)}`;
  const say = (method: 'PUT' | 'DELETE', at: string, body?: unknown) =>
    sendJson(method, at, body).then(
      () => setProblem(undefined),
      (error: Error) => setProblem(error.message),
    );
  const called = person.name ?? 'Unknown';
  return (
    <li class="card person" aria-label={called}>
      <Crop person={person} />
      <div class="card-text">
        <b>{called}</b>
        <span class="card-about">
          {counted(person.faces.length, 'face')} · seen in {counted(person.tracks, 'track')}
          {person.lastSeenUs !== null && ` · last ${new Date(person.lastSeenUs / 1000).toLocaleString()}`}
        </span>
        <NameForm isNamed={person.name !== null} onName={(name) => void say('PUT', `${path}/name`, { name })} />
        <EraseButton called={called} onErase={() => void say('DELETE', path)} />
        {problem !== undefined && (
          <span role="alert" data-tone="bad" class="store-line">
            {problem}
          </span>
        )}
      </div>
    </li>
  );
}

function Crop({ person }: { person: StoredPerson }) {
  const face = person.faces.find(({ hasCrop }) => hasCrop);
  if (!face) return <div class="evidence evidence-missing">no picture</div>;
  const of = `./api/people/${encodeURIComponent(face.person)}/faces/${encodeURIComponent(face.face)}/crop`;
  return <img class="crop" src={of} alt={`Face of ${person.name ?? 'somebody unknown'}`} loading="lazy" />;
}

function NameForm({ isNamed, onName }: { isNamed: boolean; onName: (name: string) => void }) {
  const [name, setName] = useState('');
  return (
    <form
      class="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return;
        onName(name.trim());
        setName('');
      }}
    >
      <input
        value={name}
        maxLength={100}
        placeholder={isNamed ? 'Another name' : 'Who is it?'}
        aria-label={isNamed ? 'Another name' : 'Who is it?'}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" class="text-button" disabled={name.trim() === ''}>
        {isNamed ? 'Rename' : 'Name'}
      </button>
    </form>
  );
}

/** Asks once more: what is erased is gone for good. */
function EraseButton({ called, onErase }: { called: string; onErase: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  if (!isAsking) {
    return (
      <button type="button" class="text-button" onClick={() => setIsAsking(true)} aria-label={`Erase ${called}`}>
        Erase…
      </button>
    );
  }
  return (
    <span class="erase" role="alert">
      Every face, and pictures kept because of them?
      <button type="button" class="text-button" data-tone="bad" onClick={onErase}>
        Erase for good
      </button>
      <button type="button" class="text-button" onClick={() => setIsAsking(false)}>
        Keep
      </button>
    </span>
  );
}
